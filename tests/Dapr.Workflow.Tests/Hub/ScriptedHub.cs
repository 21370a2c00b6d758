using System.Threading.Channels;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Tests.Hub;

/// <summary>A real gRPC server on a free port, and hosts of apps that use it as their sidecar.</summary>
internal sealed class ScriptedHub : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _server;
    private readonly List<IHost> _apps = [];

    private ScriptedHub(WebApplication server) => _server = server;

    internal string Address => _server.Urls.Single();

    internal TaskHubService Sidecar => _server.Services.GetRequiredService<TaskHubService>();

    internal static async Task<ScriptedHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton<TaskHubService>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<TaskHubService>, TaskHubMethods>());
        var server = builder.Build();
        server.MapGrpcService<TaskHubService>();
        await server.StartAsync();
        return new ScriptedHub(server);
    }

    /// <summary>Starts an app with a worker and a client.</summary>
    internal async Task<IHost> AppAsync(Action<WorkflowRuntimeOptions> configure, Action<HostApplicationBuilder>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["DAPR_GRPC_ENDPOINT"] = Address;
        builder.Configuration["DAPR_API_TOKEN"] = "secret";
        builder.Services.AddDaprWorkflow(configure);
        more?.Invoke(builder);
        var app = builder.Build();
        _apps.Add(app);
        await app.StartAsync();
        return app;
    }

    internal async Task<DaprWorkflowClient> ClientAsync() => (await AppAsync(_ => { })).Services.GetRequiredService<DaprWorkflowClient>();

    internal Task<WorkerStream> StreamAsync() => NextAsync(Sidecar.Streams, "no worker opened a stream");

    internal static async Task<T> NextAsync<T>(Channel<T> channel, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await channel.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"In {Patience} {otherwise}.");
        }
    }

    internal static async Task HappensAsync(Task expected, string otherwise)
    {
        try
        {
            await expected.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"In {Patience} {otherwise}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.StopAsync();
            app.Dispose();
        }

        await _server.DisposeAsync();
    }
}
