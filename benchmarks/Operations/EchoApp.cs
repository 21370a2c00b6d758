namespace Operations;

/// <summary>An app with as little work as possible: it answers calls, hosts an actor and signals each delivered event.</summary>
internal sealed class EchoApp : IAsyncDisposable
{
    private readonly WebApplication web;
    private volatile TaskCompletionSource delivered = new();

    private EchoApp(WebApplication web)
    {
        this.web = web;
        web.MapGet("/dapr/config", () => Results.Text("""{"entities":["Echo"]}""", "application/json"));
        web.MapGet("/dapr/subscribe", () =>
            Results.Text($$"""[{"pubsubname":"events","topic":"{{Manifests.Topic}}","route":"/events"}]""", "application/json")
        );
        web.MapPost("/events", () =>
        {
            delivered.TrySetResult();
            return Results.Ok();
        });
        web.MapPost("/echo", () => Results.Ok());
        web.MapPut("/actors/Echo/{id}/method/echo", () => Results.Ok());
        web.MapDelete("/actors/Echo/{id}", () => Results.Ok());
    }

    /// <summary>Completes with the next event.</summary>
    public Task NextEvent()
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        delivered = next;
        return next.Task;
    }

    public static async Task<EchoApp> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = new EchoApp(builder.Build());
        await app.web.StartAsync();
        return app;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();
}
