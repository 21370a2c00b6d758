using System.Net;
using Sidecar.Http;
using Sidecar.Metrics;
using Sidecar.Middleware;

namespace Sidecar.Apps;

/// <summary>The connection pool to one app, and the limit on concurrent requests to it.</summary>
internal sealed class AppClient : IDisposable
{
    private readonly SemaphoreSlim? slots;
    private readonly string? token;

    private readonly HttpPipeline pipeline;
    private readonly string appId;
    private readonly MetricsOptions metrics;
    private readonly TimeProvider time;

    public AppClient(AppOptions options, HttpPipeline pipeline, MetricsOptions metrics, TimeProvider time)
    {
        (this.pipeline, this.metrics, this.time) = (pipeline, metrics, time);
        appId = options.AppId;
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
        Invoker = new HttpMessageInvoker(new SwitchedProtocol(new TransparentGzip(handler.WithAnyText())));
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

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        MeasureAsync(
            request,
            (status, took) =>
                SidecarMeter.AppAnswered(
                    appId,
                    metrics.VerbsInHttp ? request.Method.Method : "",
                    HttpPathLabel.Of(request.RequestUri!.AbsolutePath, metrics),
                    status,
                    took
                ),
            TransmitAsync,
            cancellation
        );

    /// <summary>A probe passes by middleware, token and the limit on concurrency, as in daprd: they are for calls.</summary>
    public Task<HttpResponseMessage> ProbeAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        MeasureAsync(request, (status, took) => SidecarMeter.Probed(appId, status, took), SendToAppAsync, cancellation);

    private async Task<HttpResponseMessage> MeasureAsync(
        HttpRequestMessage request,
        Action<int, TimeSpan> record,
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send,
        CancellationToken cancellation
    )
    {
        var begun = time.GetTimestamp();
        var status = 500; // of a request without an answer, as in daprd
        try
        {
            var response = await send(request, cancellation);
            status = (int)response.StatusCode;
            return response;
        }
        finally
        {
            if (SidecarMeter.CountsHttp)
            {
                record(status, time.GetElapsedTime(begun));
            }
        }
    }

    private async Task<HttpResponseMessage> TransmitAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (!pipeline.IsEmpty && await pipeline.RunAsync(request, cancellation) is { } refusal)
        {
            return refusal;
        }
        Authorize(request);
        using var slot = await EnterAsync(cancellation);
        return await SendToAppAsync(request, cancellation);
    }

    private Task<HttpResponseMessage> SendToAppAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (Http2)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
        GoUserAgent.AddTo(request, Http2);
        return Invoker.SendAsync(request, cancellation);
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
