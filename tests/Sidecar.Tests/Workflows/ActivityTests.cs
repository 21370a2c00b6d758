using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class ActivityTests
{
    private static Script ThreeInARow() =>
        new Script()
            .Workflow("three", async flow => await flow.Activity("add", await flow.Activity("add", await flow.Activity("add", flow.Input))))
            .Activity("add", input => input + "+1");

    [Fact]
    public async Task Three_activities_in_sequence_leave_the_same_history_as_the_Dapr_runtime()
    {
        await using var host = await EngineHost.RunAsync(ThreeInARow());

        Assert.Equal("0+1+1+1", await host.RunAsync("three", "a", "0"));

        Assert.Equal(
            "OrchestratorStarted:-1, ExecutionStarted:-1, TaskScheduled:0, OrchestratorStarted:-1, TaskCompleted:-1, TaskScheduled:1, "
                + "OrchestratorStarted:-1, TaskCompleted:-1, TaskScheduled:2, OrchestratorStarted:-1, TaskCompleted:-1, "
                + "ExecutionCompleted:3",
            await host.ListingAsync("a")
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_workflow_has_the_same_result_with_messages_saved_alone_or_with_their_step(int graceMilliseconds)
    {
        var options = new WorkflowEngineOptions { SaveGrace = TimeSpan.FromMilliseconds(graceMilliseconds) };
        await using var host = await EngineHost.RunAsync(ThreeInARow(), options: options, clock: TimeProvider.System);

        Assert.Equal("0+1+1+1", await host.RunAsync("three", "a", "0"));
    }

    [Fact]
    public async Task A_quick_worker_costs_one_commit_per_activity()
    {
        var options = new WorkflowEngineOptions { SaveGrace = TimeSpan.FromSeconds(10) };
        await using var host = await EngineHost.RunAsync(ThreeInARow(), options: options);

        await host.RunAsync("three", "a", "0");

        Assert.Equal(4, host.Store.CommitCount);
    }

    [Fact]
    public async Task A_failed_activity_reaches_the_workflow_with_its_details()
    {
        var script = new Script()
            .Workflow("w", async flow =>
            {
                try
                {
                    return await flow.Activity("fails");
                }
                catch (TaskFailed failure)
                {
                    return failure.Details!.ErrorType + ": " + failure.Details.ErrorMessage;
                }
            })
            .Activity("fails", _ =>
                Task.FromException<string?>(new TaskFailed(new TaskFailureDetails { ErrorType = "Declined", ErrorMessage = "no funds" }))
            );
        await using var host = await EngineHost.RunAsync(script);

        Assert.Equal("Declined: no funds", await host.RunAsync("w", "a"));
    }

    [Fact]
    public async Task A_fan_out_of_a_hundred_activities_returns_all_results()
    {
        var script = new Script()
            .Workflow("w", async flow =>
                (await Task.WhenAll(Enumerable.Range(0, 100).Select(i => flow.Activity("echo", $"{i}")))).Sum(r => int.Parse(r!)).ToString()
            )
            .Activity("echo", input => input);
        await using var host = await EngineHost.RunAsync(script);

        Assert.Equal("4950", await host.RunAsync("w", "a"));
        Assert.Equal(100, host.Script.Executed.Count);
    }

    [Fact]
    public async Task An_unknown_workflow_ends_failed_with_WorkflowNotFound()
    {
        await using var host = await EngineHost.RunAsync(new Script());
        await host.StartAsync("nowhere", "a");

        var end = await host.EndOfAsync("a");

        Assert.Equal(OrchestrationStatus.Failed, end.WorkflowStatus);
        Assert.Equal("WorkflowNotFound", end.FailureDetails.ErrorType);
    }

    [Fact]
    public async Task Custom_status_is_kept_with_the_instance()
    {
        var script = new Script().Workflow("w", flow =>
        {
            flow.CustomStatus = "half way";
            return Task.FromResult<string?>("done");
        });
        await using var host = await EngineHost.RunAsync(script);
        await host.RunAsync("w", "a");

        Assert.Equal("half way", (await host.EndOfAsync("a")).CustomStatus);
    }
}
