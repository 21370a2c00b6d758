namespace ServiceDefaults.Events;

/// <summary>
/// The latest changes that one client has received, so that a change that is both listed and followed is sent once. The number of orders
/// is limited, because a stream can stay open for days: a change of an order that was forgotten may be sent twice.
/// </summary>
/// <param name="begun">The time from which changes are followed.</param>
public sealed class SentChanges(DateTimeOffset begun)
{
    private const int MostOrders = 10_000;

    /// <summary>A change may be followed long after it happened, while its delivery is retried.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, DateTimeOffset> sent = new(StringComparer.Ordinal);
    private readonly Queue<string> oldestFirst = new();

    /// <summary>The number of orders that are remembered.</summary>
    public int Count => sent.Count;

    /// <summary>True if the client has not received this change or a later one.</summary>
    public bool Add(string orderId, DateTimeOffset changedAt)
    {
        if (sent.TryGetValue(orderId, out var before))
        {
            sent[orderId] = changedAt > before ? changedAt : before;
            return changedAt > before;
        }
        if (changedAt < begun - Overlap)
        {
            return true; // it is listed, and too old to be followed as well
        }
        sent[orderId] = changedAt;
        oldestFirst.Enqueue(orderId);
        if (oldestFirst.Count > MostOrders)
        {
            sent.Remove(oldestFirst.Dequeue());
        }
        return true;
    }
}
