using System.Threading.Channels;

namespace Sidecar.Loops;

/// <summary>
/// A signal for one loop. Raised several times before the loop waits, it counts once; raised while the loop is busy, it is kept.
/// </summary>
internal sealed class Signal
{
    private readonly Channel<bool> given = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Safe to call concurrently.</summary>
    public void Give() => given.Writer.TryWrite(true);

    /// <summary>Completes with the next or the kept signal, and consumes it.</summary>
    public async ValueTask NextAsync(CancellationToken cancellation) => await given.Reader.ReadAsync(cancellation);

    /// <summary>Like <see cref="NextAsync(CancellationToken)"/>, for <paramref name="longest"/> at most.</summary>
    /// <returns>False if no signal came.</returns>
    public async Task<bool> NextAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await given.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
