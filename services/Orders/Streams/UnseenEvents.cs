using System.Collections.Concurrent;

namespace Orders.Streams;

/// <summary>
/// Versions of orders that this process has written and whose event has not reached the read model. A broker may withhold an event, as
/// RabbitMQ does for a sidecar that has lost its channel; then the view is projected without the event.
/// </summary>
internal sealed class UnseenEvents(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (int Version, DateTimeOffset WrittenAt)> unseen = new(StringComparer.Ordinal);

    /// <summary>
    /// To be called before the write: the event may be back before the store's answer. A writer that has read an older stream does not end
    /// the wait for a later version.
    /// </summary>
    public void Expect(string orderId, int version)
    {
        var written = (Version: version, WrittenAt: time.GetUtcNow());
        unseen.AddOrUpdate(orderId, written, (_, waiting) => waiting.Version > version ? waiting : written);
    }

    /// <summary>The event of this version, or of a later one, has arrived.</summary>
    public void Seen(string orderId, int version)
    {
        if (unseen.TryGetValue(orderId, out var waiting) && waiting.Version <= version)
        {
            unseen.TryRemove(KeyValuePair.Create(orderId, waiting));
        }
    }

    /// <summary>The order can't be shown yet: its event is overdue again after the usual time, behind the events of other orders.</summary>
    public void Postpone(string orderId, int version)
    {
        if (unseen.TryGetValue(orderId, out var waiting) && waiting.Version <= version)
        {
            unseen.TryUpdate(orderId, (waiting.Version, time.GetUtcNow()), waiting);
        }
    }

    /// <summary>
    /// Up to <paramref name="most"/> orders, with their versions, whose event has taken longer than <paramref name="patience"/>. They stay
    /// overdue until <see cref="Seen"/> or <see cref="Postpone"/>.
    /// </summary>
    public IReadOnlyDictionary<string, int> Overdue(TimeSpan patience, int most)
    {
        var due = time.GetUtcNow() - patience;
        return unseen.Where(one => one.Value.WrittenAt <= due).Take(most).ToDictionary(one => one.Key, one => one.Value.Version);
    }
}
