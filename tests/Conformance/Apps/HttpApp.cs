using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Conformance.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Conformance.Apps;

/// <summary>An app that records its requests and gives the answers set by a test, 200 without body by default.</summary>
public sealed class HttpApp : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly ConcurrentDictionary<string, Channel<Received>> received = new();
    private readonly ConcurrentDictionary<string, Func<Received, HttpContext, Task>> answers = new();

    private HttpApp(WebApplication web, int port) => (this.web, PortNumber) = (web, port);

    public int PortNumber { get; }

    public static async Task<HttpApp> StartAsync()
    {
        var port = Port.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(port);
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.UTF8;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = new HttpApp(builder.Build(), port);
        app.web.Run(app.TakeAsync);
        await app.web.StartAsync();
        return app;
    }

    /// <summary>The app's programmatic subscriptions; set before its sidecar starts.</summary>
    public void Subscribes(string json) => Answers("/dapr/subscribe", (_, context) => context.Response.WriteAsync(json));

    public void Answers(string path, Func<Received, HttpContext, Task> answer) => answers[path] = answer;

    public void Answers(string path, int status, string body = "") => Answers(path, (_, context) =>
        {
            context.Response.StatusCode = status;
            return body.Length > 0 ? context.Response.WriteAsync(body) : Task.CompletedTask;
        });

    public Task<Received> NextAsync(string path) => Inbox(path).Reader.ReadAsync().AsTask().OrFail($"the app got nothing at {path}");

    public bool GotNothingMore(string path) => !Inbox(path).Reader.TryRead(out _);

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private Channel<Received> Inbox(string path) => received.GetOrAdd(path, _ => Channel.CreateUnbounded<Received>());

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var request = new Received(
            context.Request.Method,
            target,
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()
        );
        Inbox(target).Writer.TryWrite(request);
        if (answers.TryGetValue(target, out var answer))
        {
            await answer(request, context);
        }
        else if (target == "/dapr/subscribe")
        {
            context.Response.StatusCode = 404;
        }
    }
}
