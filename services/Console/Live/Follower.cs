using System.Threading.Channels;

namespace Console.Live;

/// <summary>The events for one page. A page that does not keep up loses the oldest: it reads its data anew anyway. Dispose of it with the
/// page.</summary>
public sealed class Follower(Action<Follower> end) : IDisposable
{
    private const int MostWaiting = 2000;

    private readonly Channel<LiveEvent> received = Channel.CreateBounded<LiveEvent>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }
    );

    public ChannelReader<LiveEvent> Events => received.Reader;

    public void Receive(LiveEvent happened) => received.Writer.TryWrite(happened);

    public void Dispose() => end(this);
}
