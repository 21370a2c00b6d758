namespace Sidecar.Invocation;

/// <summary>
/// The body of a proxied call, buffered while it streams so that it can be sent again. That is possible only after its end, which comes
/// soon for a unary call; a body longer than <paramref name="limit"/> is not buffered.
/// </summary>
internal sealed class ReplayableBody(Stream source, long limit) : Stream
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(50);

    private readonly MemoryStream kept = new();
    private long position;
    private bool ended;
    private bool tooLong;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <summary>True if the whole body can be read again. Its end may still follow the last message.</summary>
    public async ValueTask<bool> TryRewindAsync(TimeProvider time, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var rest = new byte[4096];
        try
        {
            while (!ended && !tooLong)
            {
                await ReceiveAsync(rest, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // more follows: a stream
        }
        position = 0;
        return !tooLong;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            // Asks only whether there is something to read.
            return position < kept.Length || ended ? 0 : await source.ReadAsync(buffer, cancellationToken);
        }
        int read;
        if (position < kept.Length)
        {
            kept.Position = position;
            read = kept.Read(buffer.Span);
        }
        else
        {
            read = ended ? 0 : await ReceiveAsync(buffer, cancellationToken);
        }
        position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var read = await source.ReadAsync(buffer, cancellation);
        ended = read == 0;
        if (!tooLong && (tooLong = kept.Length + read > limit))
        {
            kept.SetLength(0);
        }
        else if (!tooLong)
        {
            kept.Position = kept.Length;
            kept.Write(buffer.Span[..read]);
        }
        return read;
    }
}
