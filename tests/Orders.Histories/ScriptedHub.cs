using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Workflows.Protocol;

namespace Orders.Histories;

/// <summary>
/// A sidecar's task hub on a real port, and the worker of the Orders service connected to it. The test sends turns and reads what the
/// worker decides.
/// </summary>
public sealed class ScriptedHub : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private WebApplication server = null!;
    private IHost worker = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2)
        );
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<TaskHub>();
        server = builder.Build();
        server.MapGrpcService<TaskHub>();
        await server.StartAsync();

        var app = Host.CreateEmptyApplicationBuilder(null);
        app.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", server.Urls.Single())]);
        app.Services.AddLogging().AddOrderWorkflows();
        worker = app.Build();
        await worker.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await worker.StopAsync();
        worker.Dispose();
        await server.DisposeAsync();
    }

    /// <summary>Sends one turn to the worker.</summary>
    /// <exception cref="TimeoutException">The worker did not connect or did not answer.</exception>
    internal Task<WorkflowResponse> RunAsync(WorkflowRequest turn) =>
        server.Services.GetRequiredService<TaskHub>().RunAsync(turn).WaitAsync(Limit);

    internal sealed class TaskHub : TaskHubSidecarService.TaskHubSidecarServiceBase
    {
        private readonly Channel<WorkItem> items = Channel.CreateUnbounded<WorkItem>();
        private readonly ConcurrentDictionary<string, TaskCompletionSource<WorkflowResponse>> waiting = new();

        public Task<WorkflowResponse> RunAsync(WorkflowRequest turn)
        {
            var answer = waiting[turn.InstanceId] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            items.Writer.TryWrite(new WorkItem { WorkflowRequest = turn, CompletionToken = turn.InstanceId });
            return answer.Task;
        }

        public override async Task GetWorkItems(
            GetWorkItemsRequest request,
            IServerStreamWriter<WorkItem> responseStream,
            ServerCallContext context
        )
        {
            await foreach (var item in items.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(item);
            }
        }

        public override Task<CompleteTaskResponse> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context) =>
            Complete(request);

        [Obsolete("The older name, which released workers call.")]
        public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context) =>
            Complete(request);

        private Task<CompleteTaskResponse> Complete(WorkflowResponse response)
        {
            waiting[response.InstanceId].TrySetResult(response);
            return Task.FromResult(new CompleteTaskResponse());
        }
    }
}
