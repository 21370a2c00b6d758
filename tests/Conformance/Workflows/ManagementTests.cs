using System.Text.Json;
using Conformance.Running;
using Dapr.Workflow;
using Google.Protobuf;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Workflows;

/// <summary>The management API of workflows, over HTTP and gRPC.</summary>
public sealed class ManagementTests(WorkerApp fixture) : IClassFixture<WorkerApp>
{
    private const string Root = "/v1.0/workflows/dapr";
    private const string AnyInput = "\"x\"";

    private static DateTimeOffset Later => TimeProvider.System.GetUtcNow().AddHours(1);

    private HttpClient Http => fixture.Sidecar.Http;

    private Protos.Dapr.DaprClient Client => fixture.Sidecar.Grpc;

    [Theory]
    [InlineData("decoded-space", "order%20paid")]
    [InlineData("decoded-plus", "order+paid")]
    public async Task Parameters_of_the_path_are_decoded(string id, string name)
    {
        await StartAsync("order", id);
        await Http.SendAsync("POST", $"{Root}/{id}/raiseEvent/{name}", "\"paid\"").SucceedsAsync(202, "{}");
        Assert.Equal("paid", await fixture.OutputAsync(id));
    }

    [Fact]
    public async Task An_instance_paused_twice_continues_after_one_resume()
    {
        const string id = "paused-twice";
        await StartAsync("order", id);
        await fixture.UntilAsync(id, WorkflowRuntimeStatus.Running);
        await Http.SendAsync("POST", $"{Root}/{id}/pause").SucceedsAsync(202, "{}");
        await fixture.UntilAsync(id, WorkflowRuntimeStatus.Suspended);
        await Http.SendAsync("POST", $"{Root}/{id}/pause").SucceedsAsync(202, "{}");
        await Http.SendAsync("POST", $"{Root}/{id}/resume").SucceedsAsync(202, "{}");
        await Http.SendAsync("POST", $"{Root}/{id}/raiseEvent/order%20paid", "\"paid\"").SucceedsAsync(202, "{}");
        Assert.Equal("paid", await fixture.OutputAsync(id));
    }

    [Fact]
    public async Task A_missing_instance_is_not_found_by_terminate_and_purge()
    {
        const string missing = "unable to find workflow with the provided instance ID: absent%!(EXTRA *fmt.wrapError=";
        await Http.SendAsync("POST", $"{Root}/absent/terminate")
            .FailsAsync(404, "ERR_INSTANCE_ID_NOT_FOUND", missing + "failed to submit termination request:: no such instance exists)");
        await Http.SendAsync("POST", $"{Root}/absent/purge")
            .FailsAsync(
                404,
                "ERR_INSTANCE_ID_NOT_FOUND",
                missing + "failed to purge workflow state: failed to fetch workflow state: no such instance exists)"
            );
        await Client
            .TerminateWorkflowBeta1Async(new Protos.TerminateWorkflowRequest { InstanceId = "absent" })
            .FailsAsync(StatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/terminate")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/purge")]
    public async Task A_body_that_is_no_message_is_refused(string method, string operation) =>
        await Http.SendAsync(method, $"{Root}/any{operation}", "now").FailsAsync(400, "ERR_MALFORMED_REQUEST");

    [Fact]
    public async Task The_id_of_a_new_instance_is_the_first_value_of_a_parameter_whose_case_counts()
    {
        await Http.SendAsync("POST", $"{Root}/echo/start?instanceid=other&instanceID=first&instanceID=second", AnyInput)
            .SucceedsAsync(202, """{"instanceID":"first"}""");
        var tooLong = new string('ä', 33); // 66 bytes
        await Http.SendAsync("POST", $"{Root}/echo/start?instanceID={Uri.EscapeDataString(tooLong)}", AnyInput)
            .FailsAsync(400, "ERR_INSTANCE_ID_TOO_LONG");
    }

    [Fact]
    public async Task A_start_over_gRPC_without_input_has_an_empty_one()
    {
        await Client.StartWorkflowBeta1Async(new Protos.StartWorkflowRequest { WorkflowName = "id", InstanceId = "no-input" });
        Protos.GetWorkflowResponse? found = null;
        await Eventually.UntilAsync(
            async () =>
            {
                found = await Client.GetWorkflowBeta1Async(new Protos.GetWorkflowRequest { InstanceId = "no-input" });
                return found.RuntimeStatus != "PENDING";
            },
            "the instance did not start"
        );
        Assert.Equal("", found!.Properties["dapr.workflow.input"]);
    }

    [Fact]
    public async Task Input_that_is_no_UTF8_is_refused()
    {
        const string reason = "string field contains invalid UTF-8";
        await StartAsync("order", "text");
        using var data = new ByteArrayContent([0xff]);
        await Http.PostAsync(new Uri($"{Root}/text/raiseEvent/paid", UriKind.Relative), data)
            .FailsAsync(
                500,
                "ERR_RAISE_EVENT_WORKFLOW",
                $"error raising event on workflow 'text': failed to raise event paid on workflow text: failed to raise event: {reason}"
            );
        using var input = new ByteArrayContent([0xff]);
        await Http.PostAsync(new Uri($"{Root}/echo/start", UriKind.Relative), input)
            .FailsAsync(
                500,
                "ERR_START_WORKFLOW",
                "error starting workflow 'echo': unable to start workflow: failed to start workflow: "
                    + $"failed to marshal CreateWorkflowInstanceRequest: {reason}"
            );
    }

    [Fact]
    public async Task A_start_time_has_to_be_in_RFC_3339()
    {
        var request = new Protos.StartWorkflowRequest
        {
            WorkflowName = "echo",
            Input = ByteString.CopyFromUtf8(AnyInput),
            Options = { ["dapr.workflow.start_time"] = "2029-01-01" },
        };
        await Client
            .StartWorkflowBeta1Async(request)
            .FailsAsync(
                StatusCode.Internal,
                """error starting workflow 'echo': start times must be in RFC3339 format (e.g. "2009-11-10T23:00:00Z")"""
            );
    }

    [Fact]
    public async Task A_start_under_the_id_of_a_running_instance_is_repeated_for_three_seconds()
    {
        const string id = "taken";
        await StartAsync("order", id);
        await fixture.UntilAsync(id, WorkflowRuntimeStatus.Running);
        await Http.SendAsync("POST", $"{Root}/echo/start?instanceID={id}", AnyInput)
            .FailsAsync(
                500,
                "ERR_START_WORKFLOW",
                "error starting workflow 'echo': unable to start workflow: failed to start workflow: "
                    + "rpc error: code = AlreadyExists desc = an active workflow with ID 'taken' already exists"
            );
        var start = Http.SendAsync("POST", $"{Root}/echo/start?instanceID={id}", "\"new\"");
        await Http.SendAsync("POST", $"{Root}/{id}/raiseEvent/order%20paid", AnyInput).SucceedsAsync(202, "{}");
        await start.SucceedsAsync(202);
        Assert.Equal("new", await fixture.OutputAsync(id));
    }

    [Fact]
    public async Task An_event_starts_an_instance_before_its_start_time()
    {
        const string id = "started-by-event";
        await fixture.Client.ScheduleNewWorkflowAsync("order", id, "x", Later);
        await fixture.Client.RaiseEventAsync(id, "order paid", "paid");
        Assert.Equal("paid", await fixture.OutputAsync(id));
    }

    [Fact]
    public async Task An_instance_is_suspended_and_resumed_before_its_start_time()
    {
        const string id = "suspended-early";
        await fixture.Client.ScheduleNewWorkflowAsync("order", id, "x", Later);
        await fixture.Client.SuspendWorkflowAsync(id).WaitAsync(Eventually.Limit);
        await fixture.UntilAsync(id, WorkflowRuntimeStatus.Suspended);
        await fixture.Client.ResumeWorkflowAsync(id).WaitAsync(Eventually.Limit);
        await fixture.UntilAsync(id, WorkflowRuntimeStatus.Running);
    }

    [Fact]
    public async Task An_instance_before_its_start_time_is_not_found_by_purge()
    {
        await fixture.Client.ScheduleNewWorkflowAsync("echo", "unbegun", "x", Later);
        await Http.SendAsync("POST", $"{Root}/unbegun/purge")
            .FailsAsync(
                404,
                "ERR_INSTANCE_ID_NOT_FOUND",
                "unable to find workflow with the provided instance ID: unbegun"
                    + "%!(EXTRA *fmt.wrapError=failed to purge workflow state: no such instance exists)"
            );
    }

    [Fact]
    public async Task Properties_are_in_the_order_of_their_names_and_times_have_groups_of_three_digits()
    {
        await StartAsync("fail", "failed");
        await fixture.UntilAsync("failed", WorkflowRuntimeStatus.Failed);
        using var answer = await Http.GetAsync(new Uri($"{Root}/failed", UriKind.Relative));
        var shown = await answer.JsonAsync();
        var names = shown.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToList();
        Assert.Contains("dapr.workflow.failure.error_message", names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Matches(@"^[-0-9]{10}T[:0-9]{8}(\.([0-9]{3}){1,3})?Z$", shown.GetProperty("lastUpdatedAt").GetString()!);
    }

    private Task StartAsync(string workflow, string id) =>
        Http.SendAsync("POST", $"{Root}/{workflow}/start?instanceID={id}", AnyInput)
            .SucceedsAsync(202, JsonSerializer.Serialize(new { instanceID = id }));
}
