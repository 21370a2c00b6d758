using Conformance.Running;
using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Conformance.Workflows;

/// <summary>An app without a port that runs workflows through Dapr.Workflow.</summary>
internal sealed class WorkflowApp : IAsyncDisposable
{
    public static readonly string Store = Yaml.Component(
        "store",
        "state.sqlite",
        ("connectionString", "{scratch}/workflows.db"),
        ("actorStateStore", "true")
    );

    private readonly IHost host;

    private WorkflowApp(IHost host) => this.host = host;

    public DaprWorkflowClient Client => host.Services.GetRequiredService<DaprWorkflowClient>();

    /// <summary>Completes when the worker is connected to the sidecar.</summary>
    public static async Task<WorkflowApp> StartAsync(TestedSidecar sidecar, Action<WorkflowRuntimeOptions> register)
    {
        var app = await StartAsync(sidecar.GrpcPort, register);
        await Eventually.UntilAsync(
            async () => (await sidecar.Grpc.GetMetadataAsync(new())).Workflows?.ConnectedWorkers > 0,
            "the worker did not connect"
        );
        return app;
    }

    /// <summary>Works without a sidecar as well.</summary>
    public static async Task<WorkflowApp> StartAsync(int grpcPort, Action<WorkflowRuntimeOptions> register)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{grpcPort}" }
        );
        builder.Services.AddDaprWorkflow(register);
        var app = new WorkflowApp(builder.Build());
        await app.host.StartAsync();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
