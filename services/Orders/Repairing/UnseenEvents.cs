using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Orders.Repairing;

/// <summary>
/// Versions of orders that this process has written and whose event has not come back to the read model yet. A broker that holds an event
/// back, as
/// RabbitMQ does behind a sidecar that has lost its channel, leaves the order here until the view is made without the event.
/// </summary>
internal sealed class UnseenEvents(IOptions<RepairOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (int Version, DateTimeOffset Due)> unseen = new(StringComparer.Ordinal);

    /// <summary>To be called before the write: the event may be back before the store's answer.</summary>
    public void Expect(string orderId, int version) => unseen[orderId] = (version, time.GetUtcNow() + options.Value.Patience);

    /// <summary>The event of this version, or of a later one, has arrived; or the version was not written.</summary>
    public void Seen(string orderId, int version)
    {
        if (unseen.TryGetValue(orderId, out var waiting) && waiting.Version <= version)
        {
            unseen.TryRemove(KeyValuePair.Create(orderId, waiting));
        }
    }

    /// <summary>Orders whose event is overdue, up to <paramref name="most"/>; they count as seen from now on.</summary>
    public IReadOnlyList<string> TakeOverdue(int most)
    {
        var now = time.GetUtcNow();
        return [.. unseen.Where(one => one.Value.Due <= now && unseen.TryRemove(one)).Select(one => one.Key).Take(most)];
    }
}
