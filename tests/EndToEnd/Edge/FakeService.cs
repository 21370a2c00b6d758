using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Edge;

/// <summary>A request that a service has received.</summary>
internal sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>
/// A service that a test simulates behind a real sidecar. It can be slow, fail or be stopped, and records the requests that it receives.
/// </summary>
internal sealed class FakeService(int port) : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedRequest> received = new();
    private volatile Func<HttpContext, Task> answer = NotFound;
    private WebApplication? web;

    /// <summary>Received requests, without health checks.</summary>
    public IReadOnlyList<ReceivedRequest> Received => [.. received];

    public void Answers(Func<HttpContext, Task> with) => answer = with;

    public void Answers(int status, string json = "{}") => Answers(context => WriteAsync(context, status, json));

    /// <summary>Accepts requests and never answers, so the caller times out.</summary>
    public void AnswersNever() =>
        Answers(async context =>
        {
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });

    public void Forget() => received.Clear();

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        web = builder.Build();
        web.Run(TakeAsync);
        await web.StartAsync();
    }

    /// <summary>Stops the service. Its port refuses connections until it is started again.</summary>
    public async Task StopAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero, TimeProvider.System);
        await web!.StopAsync(atOnce.Token);
        await web.DisposeAsync();
        web = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await StopAsync();
        }
    }

    public static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = status >= 400 ? "application/problem+json" : "application/json";
        return context.Response.WriteAsync(json);
    }

    private static Task NotFound(HttpContext context) => WriteAsync(context, 404, """{"status":404}""");

    private Task TakeAsync(HttpContext context)
    {
        if (context.Request.Path == "/healthz")
        {
            // The check of its own sidecar succeeds. The edge's probe comes through the sidecars, and is answered like any call.
            return context.Request.Headers.ContainsKey("dapr-caller-app-id") ? answer(context) : Task.CompletedTask;
        }
        received.Enqueue(
            new ReceivedRequest(
                context.Request.Method,
                context.Request.Path,
                context.Request.Headers.ToDictionary(
                    header => header.Key,
                    header => header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                )
            )
        );
        return answer(context);
    }
}
