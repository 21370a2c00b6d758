using System.Diagnostics;
using Dapr.Workflow.Client;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Tests.Hub;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Client;

public sealed class ClientTests : IAsyncLifetime
{
    private ScriptedHub _hub = null!;
    private DaprWorkflowClient _client = null!;

    public async Task InitializeAsync()
    {
        _hub = await ScriptedHub.StartAsync();
        _client = await _hub.ClientAsync();
    }

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task A_start_carries_name_id_input_time_and_trace()
    {
        CreateInstanceRequest? seen = null;
        _hub.Sidecar.Answer((CreateInstanceRequest request) =>
        {
            seen = request;
            return new CreateInstanceResponse { InstanceId = request.InstanceId };
        }, "StartInstance");
        var at = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.FromHours(2));
        using var trace = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        var id = await _client.ScheduleNewWorkflowAsync("flow", "order-1", new { CustomerId = 7 }, at);

        Assert.Equal("order-1", id);
        Assert.Equal(("flow", "order-1", """{"customerId":7}"""), (seen!.Name, seen.InstanceId, seen.Input));
        Assert.Equal((at, trace.Id), (seen.ScheduledStartTimestamp.ToDateTimeOffset(), seen.ParentTraceContext.TraceParent));
    }

    [Fact]
    public async Task A_start_without_an_id_gets_a_new_one()
    {
        _hub.Sidecar.Answer((CreateInstanceRequest request) => new CreateInstanceResponse { InstanceId = request.InstanceId }, "StartInstance");

        Assert.NotEqual(await _client.ScheduleNewWorkflowAsync("flow"), await _client.ScheduleNewWorkflowAsync("flow"));
    }

    [Fact]
    public async Task A_state_is_read_whole()
    {
        _hub.Sidecar.Answer((GetInstanceRequest request) => new GetInstanceResponse
        {
            Exists = true,
            WorkflowState = new Protocol.WorkflowState
            {
                Name = "flow",
                WorkflowStatus = OrchestrationStatus.Failed,
                Input = "1",
                Output = request.GetInputsAndOutputs ? "2" : null,
                CustomStatus = "\"busy\"",
                CreatedTimestamp = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
                FailureDetails = new TaskFailureDetails { ErrorType = "T", ErrorMessage = "m" },
            },
        }, "GetInstance");

        var state = await _client.GetWorkflowStateAsync("order-1");

        Assert.True(state is { Exists: true, IsWorkflowCompleted: true, IsWorkflowRunning: false, WorkflowName: "flow" });
        Assert.Equal((1, 2, "busy"), (state.ReadInputAs<int>(), state.ReadOutputAs<int>(), state.ReadCustomStatusAs<string>()));
        Assert.Equal((WorkflowRuntimeStatus.Failed, "T: m"), (state.RuntimeStatus, state.FailureDetails!.ToString()));
        Assert.Equal(DateTimeOffset.UnixEpoch, state.CreatedAt);
    }

    [Fact]
    public async Task A_missing_instance_is_a_state_that_does_not_exist()
    {
        _hub.Sidecar.Answer<GetInstanceRequest, GetInstanceResponse>(
            _ => throw new RpcException(new Status(StatusCode.NotFound, "no")), "GetInstance");

        var state = await _client.GetWorkflowStateAsync("nobody");

        Assert.Equal((false, WorkflowRuntimeStatus.Unknown, default), (state.Exists, state.RuntimeStatus, state.CreatedAt));
        Assert.Null(state.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_outlasts_a_sidecar_that_is_away()
    {
        var calls = 0;
        _hub.Sidecar.Answer((GetInstanceRequest _) => ++calls < 3
            ? throw new RpcException(new Status(StatusCode.Unavailable, "away"))
            : new GetInstanceResponse { Exists = true, WorkflowState = new Protocol.WorkflowState { Output = "5", WorkflowStatus = OrchestrationStatus.Completed } },
            "WaitForInstanceCompletion");

        Assert.Equal(5, (await _client.WaitForWorkflowCompletionAsync("order-1")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Waiting_for_a_missing_instance_is_an_error()
    {
        _hub.Sidecar.Answer((GetInstanceRequest _) => new GetInstanceResponse(), "WaitForInstanceStart");

        await Assert.ThrowsAsync<InvalidOperationException>(() => _client.WaitForWorkflowStartAsync("nobody"));
    }

    [Fact]
    public async Task A_wait_ends_with_its_token() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => _client.WaitForWorkflowCompletionAsync("order-1", cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public async Task Managing_calls_reach_the_instance_and_its_children()
    {
        var seen = new List<string>();
        _hub.Sidecar.Answer((RaiseEventRequest r) => Seen($"{r.InstanceId} {r.Name} {r.Input}", new RaiseEventResponse()), "RaiseEvent");
        _hub.Sidecar.Answer((TerminateRequest r) => Seen($"{r.Output} {r.Recursive}", new TerminateResponse()), "TerminateInstance");
        _hub.Sidecar.Answer((SuspendRequest r) => Seen($"{r.Reason}", new SuspendResponse()), "SuspendInstance");
        _hub.Sidecar.Answer((ResumeRequest r) => Seen($"{r.Reason}", new ResumeResponse()), "ResumeInstance");
        _hub.Sidecar.Answer((PurgeInstancesRequest r) => Seen($"{r.Recursive}", new PurgeInstancesResponse { DeletedInstanceCount = 1 }), "PurgeInstances");

        await _client.RaiseEventAsync("order-1", "paid", 5);
        await _client.TerminateWorkflowAsync("order-1", "why");
        await _client.SuspendWorkflowAsync("order-1", "pause");
        await _client.ResumeWorkflowAsync("order-1");
        Assert.True(await _client.PurgeInstanceAsync("order-1"));

        Assert.Equal(["order-1 paid 5", "\"why\" True", "pause", "", "True"], seen);

        T Seen<T>(string what, T answer)
        {
            seen.Add(what);
            return answer;
        }
    }

    [Fact]
    public async Task Lists_and_histories_come_page_by_page_and_event_by_event()
    {
        _hub.Sidecar.Answer((ListInstanceIDsRequest r) => new ListInstanceIDsResponse { InstanceIds = { "a", $"{r.PageSize}" } }, "ListInstanceIDs");
        _hub.Sidecar.Answer((GetInstanceHistoryRequest _) => new GetInstanceHistoryResponse { Events = { Replay.Given.Scheduled(4, "x") } }, "GetInstanceHistory");

        var page = await _client.ListInstanceIdsAsync(pageSize: 2);
        var happened = Assert.Single(await _client.GetInstanceHistoryAsync("order-1"));

        Assert.Equal(["a", "2"], page.InstanceIds);
        Assert.Null(page.ContinuationToken);
        Assert.Equal((4, WorkflowHistoryEventType.TaskScheduled), (happened.EventId, happened.EventType));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _client.ListInstanceIdsAsync(pageSize: 0));
    }

    [Fact]
    public async Task A_rerun_overwrites_input_only_when_told_so()
    {
        _hub.Sidecar.Answer((RerunWorkflowFromEventRequest r) => new RerunWorkflowFromEventResponse { NewInstanceID = $"{r.EventID} {r.HasNewInstanceID} {r.Input}" }, "RerunWorkflowFromEvent");

        Assert.Equal("3 False ", await _client.RerunWorkflowFromEventAsync("order-1", 3));
        Assert.Equal("3 False 7", await _client.RerunWorkflowFromEventAsync("order-1", 3, new() { Input = 7, OverwriteInput = true }));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.RerunWorkflowFromEventAsync("order-1", 3, new() { Input = 7 }));
    }

    [Fact]
    public async Task Missing_names_and_ids_are_refused_before_any_call()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _client.ScheduleNewWorkflowAsync(""));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _client.GetWorkflowStateAsync(""));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _client.RaiseEventAsync("order-1", ""));
    }

    [Fact]
    public async Task A_client_without_a_container_has_its_own_endpoint_and_token()
    {
        _hub.Sidecar.Answer((GetInstanceRequest _) => new GetInstanceResponse { Exists = true, WorkflowState = new Protocol.WorkflowState() }, "GetInstance");
        var builder = new DaprWorkflowClientBuilder();
        builder.UseGrpcEndpoint(_hub.Address).UseDaprApiToken("mine");
        await using var client = builder.Build();

        Assert.True((await client.GetWorkflowStateAsync("order-1")).Exists);
        Assert.Equal("mine", _hub.Sidecar.Calls.Last(call => call.Method == "GetInstance").Headers.GetValue("dapr-api-token"));
    }
}
