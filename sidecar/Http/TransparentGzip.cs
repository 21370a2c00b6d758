using System.IO.Compression;
using System.Net;

namespace Sidecar.Http;

/// <summary>
/// Accepts gzip from the server where the caller names no encoding, and unpacks it before the caller sees the answer, as Go's HTTP client
/// does. Source: Go's documentation of <c>net/http</c>, <c>Transport.DisableCompression</c>.
/// </summary>
internal sealed class TransparentGzip(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string AcceptEncoding = "Accept-Encoding";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var given = request.Headers.NonValidated;
        if (request.Method == HttpMethod.Head || given.Contains(AcceptEncoding) || given.Contains("Range") || IsGrpc(request))
        {
            return await base.SendAsync(request, cancellationToken);
        }
        request.Headers.TryAddWithoutValidation(AcceptEncoding, "gzip");
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentEncoding.SequenceEqual(["gzip"], StringComparer.OrdinalIgnoreCase))
        {
            response.Content = new Unpacked(response.Content);
        }
        return response;
    }

    private static bool IsGrpc(HttpRequestMessage request) =>
        WrittenContentType.Of(request.Content)?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    private sealed class Unpacked : HttpContent
    {
        private readonly HttpContent packed;

        public Unpacked(HttpContent packed)
        {
            this.packed = packed;
            foreach (var (name, values) in packed.Headers.NonValidated)
            {
                if (name is not ("Content-Encoding" or "Content-Length"))
                {
                    Headers.TryAddWithoutValidation(name, values.AsEnumerable());
                }
            }
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

        protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
            new GZipStream(await packed.ReadAsStreamAsync(cancellationToken), CompressionMode.Decompress);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using var unpacked = await CreateContentReadStreamAsync(cancellationToken);
            await unpacked.CopyToAsync(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            packed.Dispose();
            base.Dispose(disposing);
        }
    }
}
