using Conformance.Running;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Workflows.Protocol;

namespace Conformance.Workflows;

/// <summary>The answers of the task hub, field by field.</summary>
public sealed class TaskHubTests(WorkerApp fixture) : IClassFixture<WorkerApp>
{
    private const string AnyInput = "\"x\"";

    private static Timestamp Later => Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(1));

    [Fact]
    public async Task A_start_drops_version_tags_and_execution_id()
    {
        var request = Start("labelled", "echo");
        request.Version = "2";
        request.ExecutionId = "own";
        request.Tags["team"] = "red";
        await StartAsync(request);
        var ended = (await WaitAsync("labelled")).WorkflowState;
        Assert.Equal(AnyInput, ended.Output);
        Assert.Equal((null, null, null, 0), (ended.ExecutionId, ended.CompletedTimestamp, ended.ScheduledStartTimestamp, ended.Tags.Count));
        var history = await TaskHub.Call<GetInstanceHistoryRequest, GetInstanceHistoryResponse>(
            fixture.Sidecar,
            "GetInstanceHistory",
            new GetInstanceHistoryRequest { InstanceId = "labelled" }
        );
        var started = history.Events.Single(@event => @event.ExecutionStarted is not null).ExecutionStarted;
        Assert.Equal((null, 0), (started.Version, started.Tags.Count));
        Assert.NotEqual("own", started.WorkflowInstance.ExecutionId);
    }

    [Fact]
    public async Task Only_a_client_that_waits_sees_the_parent()
    {
        await StartAsync(Start("family", "parent"));
        var child = (await WaitAsync("family")).WorkflowState.Output.Trim('"');
        var waited = (await WaitAsync(child)).WorkflowState;
        Assert.Equal(("family", fixture.Sidecar.AppId), (waited.ParentInstanceId, waited.ParentAppId));
        var found = await TaskHub.Call<GetInstanceRequest, GetInstanceResponse>(
            fixture.Sidecar,
            "GetInstance",
            new GetInstanceRequest { InstanceId = child }
        );
        Assert.True(found.Exists);
        Assert.Equal((null, null), (found.WorkflowState.ParentInstanceId, found.WorkflowState.ParentAppId));
    }

    [Fact]
    public async Task A_start_under_the_id_of_a_running_instance_is_refused()
    {
        await StartAsync(Start("occupied", "order"));
        await TaskHub
            .Call<CreateInstanceRequest, CreateInstanceResponse>(fixture.Sidecar, "StartInstance", Start("occupied", "order"))
            .FailsAsync(
                StatusCode.AlreadyExists,
                "failed to create workflow instance: rpc error: code = AlreadyExists desc = "
                    + "an active workflow with ID 'occupied' already exists"
            );
    }

    [Fact]
    public async Task A_purge_that_is_refused_says_why()
    {
        const string context = "failed to purge workflow state: ";
        var scheduled = Start("asleep", "echo");
        scheduled.ScheduledStartTimestamp = Later;
        await StartAsync(scheduled);

        await Purge(new PurgeInstancesRequest { InstanceId = "nowhere" })
            .FailsAsync(StatusCode.Unknown, context + "no such instance exists");
        await Purge(new PurgeInstancesRequest { InstanceId = "nowhere", Recursive = true })
            .FailsAsync(StatusCode.Unknown, context + "failed to fetch workflow state: no such instance exists");
        await Purge(new PurgeInstancesRequest { InstanceId = "asleep" })
            .FailsAsync(StatusCode.Unknown, context + "orchestration has not yet completed");
        await Purge(
                new PurgeInstancesRequest
                {
                    InstanceId = "asleep",
                    Recursive = true,
                    Force = true,
                }
            )
            .FailsAsync(StatusCode.Unknown, context + "no such instance exists");
        await Purge(new PurgeInstancesRequest { PurgeInstanceFilter = new PurgeInstanceFilter() })
            .FailsAsync(StatusCode.Unknown, "multi-instance purge is not unimplemented");
    }

    private static CreateInstanceRequest Start(string id, string workflow) =>
        new()
        {
            InstanceId = id,
            Name = workflow,
            Input = AnyInput,
        };

    private async Task StartAsync(CreateInstanceRequest request) =>
        await TaskHub.Call<CreateInstanceRequest, CreateInstanceResponse>(fixture.Sidecar, "StartInstance", request);

    private async Task<GetInstanceResponse> WaitAsync(string id) =>
        await TaskHub.Call<GetInstanceRequest, GetInstanceResponse>(
            fixture.Sidecar,
            "WaitForInstanceCompletion",
            new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }
        );

    private AsyncUnaryCall<PurgeInstancesResponse> Purge(PurgeInstancesRequest request) =>
        TaskHub.Call<PurgeInstancesRequest, PurgeInstancesResponse>(fixture.Sidecar, "PurgeInstances", request);
}
