using System.Threading.Channels;

namespace Console.Live;

/// <summary>
/// The queue of events for one page. A slow page loses the oldest events, which is harmless because it reads its data again. Dispose of it
/// with the page.
/// </summary>
public sealed class Follower(Action<Follower> end) : IDisposable
{
    private const int MaxWaiting = 2000;

    private readonly Channel<LiveEvent> received = Channel.CreateBounded<LiveEvent>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest }
    );

    public ChannelReader<LiveEvent> Events => received.Reader;

    public void Receive(LiveEvent @event) => received.Writer.TryWrite(@event);

    public void Dispose() => end(this);
}
