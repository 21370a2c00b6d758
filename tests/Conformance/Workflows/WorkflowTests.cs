using Conformance.Running;
using Dapr.Workflow;
using Grpc.Core;
using Sidecar.Workflows.Protocol;

namespace Conformance.Workflows;

/// <summary>Workflows of an app on Dapr.Workflow, and the sidecar's management API for them.</summary>
public sealed class WorkflowTests
{
    private static readonly string Store = WorkflowApp.Store;

    [Fact]
    public async Task Metadata_list_connected_workers_and_the_workflow_actor_types()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Store] });
        Assert.False((await (await sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync()).TryGetProperty("workflows", out _));
        await using (
            var app = await WorkflowApp.StartAsync(sidecar, options =>
                options.RegisterWorkflow<string, string>("wait", (context, _) => context.WaitForExternalEventAsync<string>("end"))
            )
        )
        {
            var id = await app.Client.ScheduleNewWorkflowAsync("wait", null, "x");
            await app.Client.WaitForWorkflowStartAsync(id);
            var metadata = await (await sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync();
            Assert.Equal("""{"connectedWorkers":1}""", metadata.GetProperty("workflows").GetRawText());
            var types = $"dapr.internal.default.{sidecar.AppId}.";
            var active = metadata
                .GetProperty("actorRuntime")
                .GetProperty("activeActors")
                .EnumerateArray()
                .Select(actor => actor.GetRawText())
                .Order();
            Assert.Equal(
                [
                    $$"""{"type":"{{types}}activity"}""",
                    $$"""{"type":"{{types}}retentioner"}""",
                    $$"""{"type":"{{types}}workflow","count":1}""",
                ],
                active
            );
            await app.Client.RaiseEventAsync(id, "end", "y");
            await app.Client.WaitForWorkflowCompletionAsync(id);
        }
        await Eventually.UntilAsync(
            async () => (await sidecar.Grpc.GetMetadataAsync(new())).Workflows.ConnectedWorkers == 0,
            "the worker stayed connected"
        );
    }

    [Fact]
    public async Task An_app_started_before_its_sidecar_schedules_a_workflow_with_its_first_call()
    {
        var port = Port.Free();
        await using var app = await WorkflowApp.StartAsync(port, options =>
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input))
        );
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { GrpcPort = port, Resources = [Store] });
        var id = await app.Client.ScheduleNewWorkflowAsync("echo", null, "x");
        Assert.Equal("x", (await app.Client.WaitForWorkflowCompletionAsync(id))!.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Activities_above_the_Configurations_limit_wait()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Store], Configuration = Workflow("maxConcurrentActivityInvocations: 2") }
        );
        var gate = new TaskCompletionSource<string>();
        var inside = 0;
        await using var app = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterWorkflow<string, string[]>("fan", (context, _) =>
                Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallActivityAsync<string>("hold", "")))
            );
            options.RegisterActivity<string, string>("hold", (_, _) =>
            {
                Interlocked.Increment(ref inside);
                return gate.Task;
            });
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input));
        });
        var fan = await app.Client.ScheduleNewWorkflowAsync("fan", null, "");
        await Eventually.UntilAsync(() => Task.FromResult(Volatile.Read(ref inside) == 2), "two activities did not start");
        var echo = await app.Client.ScheduleNewWorkflowAsync("echo", null, "x");
        await app.Client.WaitForWorkflowCompletionAsync(echo);
        Assert.Equal(2, Volatile.Read(ref inside));
        gate.SetResult("done");
        var ended = await app.Client.WaitForWorkflowCompletionAsync(fan);
        Assert.Equal(["done", "done", "done"], ended!.ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task A_finished_instance_is_purged_by_the_retention_policy_of_the_configuration()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Store], Configuration = Workflow("stateRetentionPolicy: {anyTerminal: 24h, failed: 1s}") }
        );
        await using var app = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterWorkflow<string, string>("fail", (_, input) => throw new InvalidOperationException(input));
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input));
        });
        var echo = await app.Client.ScheduleNewWorkflowAsync("echo", null, "x");
        var fail = await app.Client.ScheduleNewWorkflowAsync("fail", null, "x");
        Assert.Equal(WorkflowRuntimeStatus.Failed, (await app.Client.WaitForWorkflowCompletionAsync(fail))!.RuntimeStatus);
        await app.Client.WaitForWorkflowCompletionAsync(echo);
        await Eventually.UntilAsync(
            async () => await app.Client.GetWorkflowStateAsync(fail) is not { Exists: true },
            "the failed instance stayed"
        );
        Assert.True((await app.Client.GetWorkflowStateAsync(echo))!.Exists);
    }

    [Fact]
    public async Task An_activity_scheduled_by_the_last_turn_runs_after_the_workflow_has_ended()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Store] });
        var ran = new TaskCompletionSource<string>();
        await using var app = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterWorkflow<string, string>("leave", (context, input) =>
            {
                _ = context.CallActivityAsync<string>("after", input);
                return Task.FromResult("left");
            });
            options.RegisterActivity<string, string>("after", (_, input) =>
            {
                ran.TrySetResult(input);
                return Task.FromResult("");
            });
        });
        var id = await app.Client.ScheduleNewWorkflowAsync("leave", null, "x");
        Assert.Equal("left", (await app.Client.WaitForWorkflowCompletionAsync(id))!.ReadOutputAs<string>());
        Assert.Equal("x", await ran.Task.OrFail("the activity did not run"));
    }

    [Fact]
    public async Task A_scheduled_instance_shows_only_its_status_before_its_start_time_and_its_id_is_taken()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Store] });
        await using var app = await WorkflowApp.StartAsync(sidecar, options =>
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input))
        );
        var id = await app.Client.ScheduleNewWorkflowAsync("echo", "later", "x", TimeProvider.System.GetUtcNow().AddHours(1));
        var state = await app.Client.GetWorkflowStateAsync(id);
        Assert.Equal((true, WorkflowRuntimeStatus.Pending, default), (state.Exists, state.RuntimeStatus, state.LastUpdatedAt));
        Assert.Equal(
            """{"instanceID":"later","createdAt":"0001-01-01T00:00:00Z","lastUpdatedAt":"0001-01-01T00:00:00Z","runtimeStatus":"PENDING"}""",
            await sidecar.Http.GetStringAsync($"/v1.0/workflows/dapr/{id}")
        );
        var again = await Assert.ThrowsAnyAsync<RpcException>(() =>
            app.Client.ScheduleNewWorkflowAsync("echo", id, "x", TimeProvider.System.GetUtcNow().AddHours(1))
        );
        Assert.Equal(StatusCode.AlreadyExists, again.StatusCode);
    }

    [Fact]
    public async Task A_history_above_the_message_limit_stalls_only_its_instance()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Store], Flags = ["--max-body-size", "1Mi"] }
        );
        var called = 0;
        await using var app = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterWorkflow<string, string>("grow", async (context, _) =>
            {
                for (var i = 0; i < 8; i++)
                {
                    await context.CallActivityAsync<string>("chunk", "");
                }
                return "";
            });
            options.RegisterActivity<string, string>("chunk", (_, _) =>
            {
                Interlocked.Increment(ref called);
                return Task.FromResult(new string('x', 250 * 1024));
            });
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input));
        });
        var grow = await app.Client.ScheduleNewWorkflowAsync("grow", null, "");
        await Eventually.UntilAsync(
            async () => (await app.Client.GetWorkflowStateAsync(grow))!.RuntimeStatus == WorkflowRuntimeStatus.Stalled,
            "the instance did not stall"
        );
        Assert.Equal(4, Volatile.Read(ref called));
        var echo = await app.Client.ScheduleNewWorkflowAsync("echo", null, "x");
        Assert.Equal(WorkflowRuntimeStatus.Completed, (await app.Client.WaitForWorkflowCompletionAsync(echo))!.RuntimeStatus);
    }

    [Fact]
    public async Task A_stalled_instance_refuses_events_suspension_resumption_and_purge()
    {
        const string id = "too-large";
        const string stalled = $"failed to invoke method for workflow '{id}': actor is stalled";
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Store], Flags = ["--max-body-size", "1Mi"] }
        );
        await using var app = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterWorkflow<string, string>("grow", async (context, _) =>
            {
                for (var i = 0; i < 8; i++)
                {
                    await context.CallActivityAsync<string>("chunk", "");
                }
                return "";
            });
            options.RegisterActivity<string, string>("chunk", (_, _) => Task.FromResult(new string('x', 250 * 1024)));
        });
        await app.Client.ScheduleNewWorkflowAsync("grow", id, "");
        await Eventually.UntilAsync(
            async () => (await app.Client.GetWorkflowStateAsync(id))!.RuntimeStatus == WorkflowRuntimeStatus.Stalled,
            "the instance did not stall"
        );

        await TaskHub
            .Call<RaiseEventRequest, RaiseEventResponse>(sidecar, "RaiseEvent", new RaiseEventRequest { InstanceId = id, Name = "any" })
            .FailsAsync(StatusCode.Unknown, stalled);
        await TaskHub
            .Call<SuspendRequest, SuspendResponse>(sidecar, "SuspendInstance", new SuspendRequest { InstanceId = id })
            .FailsAsync(StatusCode.Unknown, stalled);
        await TaskHub
            .Call<ResumeRequest, ResumeResponse>(sidecar, "ResumeInstance", new ResumeRequest { InstanceId = id })
            .FailsAsync(StatusCode.Unknown, stalled);
        await TaskHub
            .Call<PurgeInstancesRequest, PurgeInstancesResponse>(sidecar, "PurgeInstances", new PurgeInstancesRequest { InstanceId = id })
            .FailsAsync(StatusCode.Unknown, "failed to purge workflow state: " + stalled);
        await sidecar
            .Http.SendAsync("POST", $"/v1.0/workflows/dapr/{id}/pause")
            .FailsAsync(
                500,
                "ERR_PAUSE_WORKFLOW",
                $"error pausing workflow {id}: failed to pause workflow {id}: failed to suspend workflow: {stalled}"
            );
    }

    [Fact]
    public async Task An_unknown_workflow_setting_is_refused()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Configuration = Workflow("stateRetentionPolicy: {anyTerminal: soon}") }
        );
        Assert.NotEqual(0, code);
        Assert.Contains("soon", output, StringComparison.Ordinal);
    }

    private static string Workflow(string setting) =>
        $"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata:
              name: workflows
            spec:
              workflow:
                {setting}
            """;
}
