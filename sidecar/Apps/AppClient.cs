using System.Net;
using Sidecar.Middleware;

namespace Sidecar.Apps;

/// <summary>The connection pool to one app, and the limit on how much is asked of it at once.</summary>
internal sealed class AppClient : IDisposable
{
    private readonly SemaphoreSlim? slots;
    private readonly string? token;

    private readonly HttpPipeline pipeline;

    public AppClient(AppOptions options, HttpPipeline pipeline)
    {
        this.pipeline = pipeline;
        Address = options.AppAddress;
        token = options.AppApiToken;
        slots = options.MaxConcurrency > 0 ? new SemaphoreSlim(options.MaxConcurrency) : null;
        Http2 = options.AppIsHttp2;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ActivityHeadersPropagator = null, // trace headers are passed on as they came
        };
        if (options.AppIsTls)
        {
            // daprd does not verify the certificate of its own app either: the channel does not leave the machine.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        Invoker = new HttpMessageInvoker(handler);
    }

    public Uri Address { get; }

    public bool Http2 { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Shows the app that it is its own sidecar that calls.</summary>
    public void Authorize(HttpRequestMessage request)
    {
        request.Headers.Remove("dapr-api-token");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("dapr-api-token", token);
        }
    }

    public string? Token => token;

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (!pipeline.IsEmpty && await pipeline.RunAsync(request, cancellation) is { } refusal)
        {
            return refusal;
        }
        Authorize(request);
        if (Http2)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
        using var slot = await EnterAsync(cancellation);
        return await Invoker.SendAsync(request, cancellation);
    }

    /// <summary>Waits for one of the app's slots (<c>app-max-concurrency</c>); dispose to give it back.</summary>
    public async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellation)
    {
        if (slots is null)
        {
            return null;
        }
        await slots.WaitAsync(cancellation);
        return new Slot(slots);
    }

    public void Dispose()
    {
        Invoker.Dispose();
        slots?.Dispose();
    }

    private sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
