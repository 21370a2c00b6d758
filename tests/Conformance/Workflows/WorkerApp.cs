using Conformance.Running;
using Dapr.Workflow;

namespace Conformance.Workflows;

/// <summary>One app with a worker, shared by the tests of a class; each test has instances of its own.</summary>
public sealed class WorkerApp : IAsyncLifetime
{
    private WorkflowApp app = null!;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public DaprWorkflowClient Client => app.Client;

    public async Task InitializeAsync()
    {
        Sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [WorkflowApp.Store] });
        app = await WorkflowApp.StartAsync(Sidecar, options =>
        {
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input));
            options.RegisterWorkflow<string, string>("fail", (_, input) => throw new InvalidOperationException(input));
            options.RegisterWorkflow<string, string>("id", (context, _) => Task.FromResult(context.InstanceId));
            options.RegisterWorkflow<string, string>("parent", (context, input) => context.CallChildWorkflowAsync<string>("id", input));
            options.RegisterWorkflow<string, string>("order", (context, _) => context.WaitForExternalEventAsync<string>("order paid"));
        });
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        await Sidecar.DisposeAsync();
    }

    public async Task<string?> OutputAsync(string id)
    {
        var ended = await Client.WaitForWorkflowCompletionAsync(id).OrFail($"{id} did not end");
        Assert.Equal(WorkflowRuntimeStatus.Completed, ended!.RuntimeStatus);
        return ended.ReadOutputAs<string>();
    }

    public Task UntilAsync(string id, WorkflowRuntimeStatus status) =>
        Eventually.UntilAsync(
            async () => (await Client.GetWorkflowStateAsync(id))?.RuntimeStatus == status,
            $"{id} did not reach the status {status}"
        );
}
