using Sidecar.Go;

namespace Sidecar.Invocation;

/// <summary>
/// The body of an app's answer without content type: the first bytes decide it, as Go's HTTP server, and so daprd, does. Source: Go's
/// documentation of <c>net/http.DetectContentType</c>.
/// </summary>
internal sealed class SniffedBody(HttpResponse response) : Stream
{
    private readonly Stream body = response.Body;
    private bool known;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Sniff(buffer.Span);
        return body.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        Sniff(buffer.AsSpan(offset, count));
        body.Write(buffer, offset, count);
    }

    public override void Flush() => body.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Sniff(ReadOnlySpan<byte> first)
    {
        if (!known && first.Length > 0)
        {
            known = true;
            if (!response.HasStarted)
            {
                response.ContentType = GoContentType.Of(first);
            }
        }
    }
}
