using System.Globalization;
using System.Net.Http.Headers;
using Sidecar.Go;
using Sidecar.Http;

namespace Sidecar.Bindings.Drivers;

/// <summary><c>bindings.http</c>: calls the URL of the component, or a path below it.</summary>
internal sealed class HttpBinding : IOutputBinding
{
    private static readonly string[] WithBody = ["POST", "PUT", "PATCH"];

    /// <summary>Headers that the client itself sets: Go's client ignores given values.</summary>
    private static readonly string[] OfTheClient = ["Host", "Content-Length", "Transfer-Encoding", "Trailer"];

    private readonly HttpBindingOptions options;
    private readonly HttpMessageInvoker client;

    public HttpBinding(HttpBindingOptions options)
    {
        this.options = options;
        var handler = new SocketsHttpHandler
        {
            Proxy = EnvironmentProxy.Instance,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            ActivityHeadersPropagator = null,
        };
        handler.SslOptions.AllowRenegotiation = options.AllowRenegotiation;
        if (options.Certificates.Root is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, errors) =>
                options.Certificates.Trusts(presented, errors);
        }
        if (options.Certificates.Client is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }
        client = new HttpMessageInvoker(new GoRedirects(new TransparentGzip(handler.WithAnyText()), repeatsBody: true));
    }

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    public async Task<BindingReply> InvokeAsync(BindingCall call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.ResponseTimeout is { } timeout)
        {
            limit.CancelAfter(timeout);
        }
        using var request = Request(call);
        using var response = await client.SendAsync(request, limit.Token);
        var body = await ReadAsync(response, limit.Token);
        var errorIfNot2XX = call.Metadata.GetValueOrDefault("errorIfNot2XX") is { Length: > 0 } wanted
            ? BooleanText.Of(wanted)
            : options.ErrorIfNot2XX;
        var failure = errorIfNot2XX && !response.IsSuccessStatusCode ? $"received status code {(int)response.StatusCode}" : null;
        return new BindingReply(body, MetadataOf(response), failure);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage Request(BindingCall call)
    {
        var verb = call.Operation == "create" ? "POST" : call.Operation.ToUpperInvariant();
        var url = call.Metadata.GetValueOrDefault("path") is { Length: > 0 } path
            ? $"{options.Url.TrimEnd('/')}/{path.TrimStart('/')}"
            : options.Url;
        var request = new HttpRequestMessage(new HttpMethod(verb), url);
        if (WithBody.Contains(verb))
        {
            request.Content = new ReadOnlyMemoryContent(call.Data);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");
        }
        Set(request, "Accept", "application/json; charset=utf-8");
        Set(request, "User-Agent", "Go-http-client/1.1");
        if (options.Security is var (header, token))
        {
            Set(request, header, token);
        }
        foreach (var (name, value) in call.Metadata.Where(item => IsHeader(item.Key, item.Value)))
        {
            Set(request, name, value);
        }
        return request;
    }

    /// <summary>Metadata with a capital first letter is a header, by Dapr's rule; trace headers are sent with every call.</summary>
    private static bool IsHeader(string name, string value) =>
        (name is [>= 'A' and <= 'Z', ..] && !OfTheClient.Contains(name, StringComparer.OrdinalIgnoreCase))
        || (value.Length > 0 && name is "traceparent" or "tracestate" or "baggage");

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        // A header of the content is refused here, and has a place only in operations with a body.
        HttpHeaders? headers = request.Headers.TryAddWithoutValidation(name, value) ? request.Headers : request.Content?.Headers;
        headers?.Remove(name);
        headers?.TryAddWithoutValidation(name, value);
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 << 10];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellation)) > 0)
        {
            var room = options.MaxResponseBody > 0 ? (int)Math.Min(read, options.MaxResponseBody - buffer.Length) : read;
            buffer.Write(chunk, 0, room);
            if (room < read)
            {
                break; // longer answers are cut, as in daprd
            }
        }
        return buffer.ToArray();
    }

    /// <summary>The headers under Go's names. Go's client keeps those of the transfer to itself.</summary>
    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        var metadata = response
            .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Select(header => (Name: HeaderText.Canonical(header.Key), header.Value))
            .Where(header => header.Name is not ("Transfer-Encoding" or "Trailer"))
            .ToDictionary(header => header.Name, header => string.Join(", ", header.Value.AsEnumerable()), StringComparer.Ordinal);
        metadata["statusCode"] = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        metadata["status"] = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        return metadata;
    }
}
