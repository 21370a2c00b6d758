using System.Collections.Concurrent;
using ServiceDefaults.Events;

namespace Console.Live;

/// <summary>Distributes the platform's events to open pages and counts them for the figures.</summary>
public sealed class LiveEvents(OrderFigures figures, TimeProvider time)
{
    private readonly ConcurrentDictionary<Follower, bool> followers = new();

    public Follower Follow()
    {
        var follower = new Follower(gone => followers.TryRemove(gone, out _));
        followers[follower] = true;
        return follower;
    }

    public void Publish(LiveEvent @event)
    {
        figures.Count(@event);
        foreach (var follower in followers.Keys)
        {
            follower.Receive(@event);
        }
    }

    internal Task<IReadOnlyList<Delivery>> ReceiveAsync(IReadOnlyList<IncomingEvent<LiveData>> events)
    {
        var now = time.GetUtcNow();
        foreach (var received in events)
        {
            Publish(
                new LiveEvent(received.Type, received.Data.OrderId ?? received.Subject ?? "", received.Data.OccurredAt ?? now, now)
                {
                    Saga = received.Saga,
                }
            );
        }
        return Task.FromResult<IReadOnlyList<Delivery>>([.. events.Select(_ => Delivery.Done)]);
    }
}
