using System.Net.Http.Headers;

namespace Actors;

/// <summary>An app that hosts the actor type <c>Counter</c> with as little work as possible.</summary>
internal sealed class CountingApp : IAsyncDisposable
{
    private static readonly byte[] Write =
        """[{"operation":"upsert","request":{"key":"count","value":{"count":12345,"at":"2026-01-02T03:04:05Z"}}}]"""u8.ToArray();

    private readonly WebApplication web;
    private readonly HttpClient sidecar;

    private CountingApp(WebApplication web, int sidecarPort)
    {
        this.web = web;
        sidecar = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{sidecarPort}") };
        web.MapGet("/dapr/config", () => Results.Text("""{"entities":["Counter"]}""", "application/json"));
        web.MapPut("/actors/Counter/{id}/method/add", SaveAsync);
        web.MapPut("/actors/Counter/{id}/method/wake", () => Results.Ok());
        web.MapDelete("/actors/Counter/{id}", () => Results.Ok());
    }

    public static async Task<CountingApp> StartAsync(int port, int sidecarPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = new CountingApp(builder.Build(), sidecarPort);
        await app.web.StartAsync();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        sidecar.Dispose();
    }

    private async Task SaveAsync(string id, HttpContext context)
    {
        using var body = new ByteArrayContent(Write) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await sidecar.PostAsync(
            new Uri($"/v1.0/actors/Counter/{id}/state", UriKind.Relative),
            body,
            context.RequestAborted
        );
        context.Response.StatusCode = (int)response.StatusCode == 204 ? 200 : 500;
    }
}
