using Conformance.Apps;
using Conformance.Running;
using Conformance.Workflows;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.Metrics;

/// <summary>The metrics port, with daprd's names and labels.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private readonly int port = Port.Free();
    private HttpApp app = null!;

    public async Task InitializeAsync() => app = await HttpApp.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Requests_state_events_and_errors_are_counted()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"topic","route":"events"}]""");
        await using var sidecar = await StartAsync("enabled: true, recordErrorCodes: true");
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/hi").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"k","value":1}]""").SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/state/store/k").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/state/store/bulk", """{"keys":["k","other"]}""").SucceedsAsync(200);
        await sidecar.Http.GetAsync("/v1.0/state/nope/k").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");
        await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "k" });
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic", "{}").SucceedsAsync();
        await app.NextAsync("/events");
        await HasAsync(
            sidecar,
            """dapr_http_server_request_count{app_id="measured",method="GET",path="/v1.0/invoke/measured/method/hi",status="200"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_http_server_request_count{app_id="measured",method="GET",path="/v1.0/state/store",status="200"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_grpc_io_server_completed_rpcs{app_id="measured",grpc_server_method="/dapr.proto.runtime.v1.Dapr/GetState",grpc_server_status="OK"} 1"""
        );
        await HasAsync(sidecar, """dapr_error_code_total{app_id="measured",category="state",error_code="ERR_STATE_STORE_NOT_FOUND"} 1""");
        await HasAsync(
            sidecar,
            "dapr_component_state_count{app_id=\"measured\",component=\"store\",namespace=\"\",operation=\"set\",success=\"true\"} 1"
        );
        await HasAsync(
            sidecar,
            "dapr_component_state_count{app_id=\"measured\",component=\"store\",namespace=\"\",operation=\"bulk_get\",success=\"true\"} 1"
        );
        await HasAsync(
            sidecar,
            "dapr_component_pubsub_egress_count{app_id=\"measured\",component=\"events\",namespace=\"\",success=\"true\",topic=\"topic\"} 1"
        );
        await HasAsync(
            sidecar,
            "dapr_component_pubsub_ingress_count{app_id=\"measured\",component=\"events\",namespace=\"\",process_status=\"success\",status=\"success\",topic=\"topic\"} 1"
        );
    }

    /// <summary>daprd 1.18.3 writes the text pubsubName as the component of a bulk delivery.</summary>
    [Fact]
    public async Task Bulk_messages_are_counted_apart_from_single_ones()
    {
        app.Subscribes(
            """[{"pubsubname":"events","topic":"topic","route":"events","bulkSubscribe":{"enabled":true,"maxMessagesCount":2,"maxAwaitDurationMs":100}}]"""
        );
        app.Answers("/events", (got, context) =>
            context.Response.WriteAsJsonAsync(
                new
                {
                    statuses = got
                        .Json.GetProperty("entries")
                        .EnumerateArray()
                        .Select(entry => new { entryId = entry.GetProperty("entryId").GetString(), status = "SUCCESS" }),
                }
            )
        );
        await using var sidecar = await StartAsync("enabled: true");
        await sidecar
            .Http.SendAsync("POST", "/v1.0/publish/bulk/events/topic", """[{"entryId":"1","event":"a","contentType":"text/plain"}]""")
            .SucceedsAsync();
        await app.NextAsync("/events");
        foreach (
            var line in (string[])
                [
                    "egress_bulk_count{app_id=\"measured\",component=\"events\",namespace=\"\",success=\"true\",topic=\"topic\"} 1",
                    "ingress_bulk_count{app_id=\"measured\",component=\"pubsubName\",namespace=\"\",process_status=\"\",topic=\"topic\"} 1",
                    "ingress_bulk_event_count{app_id=\"measured\",component=\"pubsubName\",namespace=\"\",process_status=\"SUCCESS\",topic=\"topic\"} 1",
                ]
        )
        {
            await HasAsync(sidecar, "dapr_component_pubsub_" + line);
        }
    }

    [Fact]
    public async Task App_requests_components_and_secret_reads_are_counted()
    {
        await using var sidecar = await StartAsync("http: { increasedCardinality: false }");
        await sidecar.Http.GetAsync("/v1.0/secrets/env/PATH").SucceedsAsync(200);
        await app.NextAsync("/tick");
        await HasAsync(sidecar, """dapr_component_input_binding_count{app_id="measured",component="tick",namespace="",success="true"} 1""");
        await HasAsync(sidecar, """dapr_http_client_completed_count{app_id="measured",method="GET",path="/dapr/config",status="200"} 1""");
        await HasAsync(
            sidecar,
            """dapr_component_secret_count{app_id="measured",component="env",namespace="",operation="get",success="true"} 1"""
        );
        await HasAsync(sidecar, """dapr_runtime_component_loaded{app_id="measured"} 4""");
    }

    [Fact]
    public async Task Workflows_and_activities_are_counted_by_outcome()
    {
        await using var sidecar = await StartAsync(
            "enabled: true",
            Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))
        );
        await using var workflows = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterActivity<string, string>("shout", (_, input) => Task.FromResult(input.ToUpperInvariant()));
            options.RegisterWorkflow<string, string>("greet", (context, input) => context.CallActivityAsync<string>("shout", input));
            options.RegisterWorkflow<string, string>("wait", (context, _) => context.WaitForExternalEventAsync<string>("never"));
        });
        await workflows.Client.WaitForWorkflowCompletionAsync(await workflows.Client.ScheduleNewWorkflowAsync("greet", null, "hi"));
        var waiting = await workflows.Client.ScheduleNewWorkflowAsync("wait", null, "");
        await workflows.Client.WaitForWorkflowStartAsync(waiting);
        await workflows.Client.TerminateWorkflowAsync(waiting);
        await workflows.Client.WaitForWorkflowCompletionAsync(waiting);
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_operation_count{app_id="measured",namespace="",operation="create_workflow",status="success"} 2"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_execution_count{app_id="measured",namespace="",status="success",workflow_name="greet"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_execution_count{app_id="measured",namespace="",status="terminated",workflow_name="wait"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_scheduling_latency_count{app_id="measured",namespace="",workflow_name="greet"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_activity_operation_count{activity_name="shout",app_id="measured",namespace="",status="success"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_activity_execution_count{activity_name="shout",app_id="measured",namespace="",status="success"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_operation_latency_count{app_id="measured",namespace="",operation="create_workflow",status="success"} 2"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_activity_operation_latency_count{activity_name="shout",app_id="measured",namespace="",status="success"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_payload_size_ratio_bucket{app_id="measured",namespace="",workflow_name="greet",le="0.1"} 2"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_workflow_activity_payload_size_ratio_count{activity_name="shout",app_id="measured",namespace="",workflow_name="greet"} 1"""
        );
    }

    [Fact]
    public async Task A_rule_replaces_parts_of_a_label()
    {
        await using var sidecar = await StartAsync(
            "rules: [ { name: dapr_http_server_request_count, labels: [ { name: path, regex: { orders/any: \"orders/.+\" } } ] } ]"
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/orders/7").SucceedsAsync(200);
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/orders/8").SucceedsAsync(200);
        await HasAsync(
            sidecar,
            """dapr_http_server_request_count{app_id="measured",method="GET",path="/v1.0/invoke/measured/method/orders/any",status="200"} 2"""
        );
    }

    [Fact]
    public async Task Paths_are_left_out_or_matched_as_configured()
    {
        await using var sidecar = await StartAsync("http: { increasedCardinality: false, pathMatching: [\"/orders/{id}\"] }");
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/orders/7").SucceedsAsync(200);
        await sidecar
            .Http.GetAsync(new Uri($"http://127.0.0.1:{sidecar.HttpPort}//v1.0/invoke/measured/method/orders/8"))
            .SucceedsAsync(200);
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/basket").SucceedsAsync(200);
        await HasAsync(
            sidecar,
            """dapr_http_server_request_count{app_id="measured",method="GET",path="/v1.0/invoke/{app_id}/method/orders/{id}",status="200"} 2"""
        );
        await HasAsync(sidecar, """dapr_http_server_request_count{app_id="measured",method="GET",path="",status="200"} 1""");
    }

    [Fact]
    public async Task Each_call_is_counted_under_the_parts_of_its_policy()
    {
        await using var sidecar = await StartAsync(
            "enabled: true",
            """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: guards }
            spec:
              policies:
                timeouts: { long: 30s }
                retries: { three: { policy: constant, duration: 10ms, maxRetries: 3 } }
                circuitBreakers: { after-three: { maxRequests: 1, timeout: 30s, trip: consecutiveFailures >= 3 } }
              targets:
                apps:
                  measured: { timeout: long, retry: three, circuitBreaker: after-three }
            """
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/hi").SucceedsAsync(200);
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/hi").SucceedsAsync(200);
        foreach (var (policy, status) in ((string, string)[])[("timeout", ""), ("retry", ""), ("circuitbreaker", "closed")])
        {
            await HasAsync(
                sidecar,
                $$"""dapr_resiliency_count{app_id="measured",flow_direction="outbound",name="guards",namespace="",policy="{{policy}}",status="{{status}}",target="app_measured"} 2"""
            );
        }
    }

    [Fact]
    public async Task Deliveries_are_counted_by_attempt_and_by_the_end_of_a_failed_event()
    {
        app.Subscribes(
            """
            [
              {"pubsubname":"events","topic":"dropped","route":"dropped"},
              {"pubsubname":"events","topic":"missing","route":"missing"},
              {"pubsubname":"events","topic":"failing","route":"failing","deadLetterTopic":"dead"}
            ]
            """
        );
        app.Answers("/dropped", 200, """{"status":"DROP"}""");
        app.Answers("/missing", 404);
        app.Answers("/failing", 500);
        await using var sidecar = await StartAsync("enabled: true");
        foreach (
            var (topic, outcome, status) in ((string, string, string)[])
                [("dropped", "drop", "success"), ("missing", "drop", "drop"), ("failing", "retry", "retry")]
        )
        {
            await sidecar.Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", "{}").SucceedsAsync();
            await HasAsync(sidecar, Deliveries(topic, outcome, status));
        }
        await HasAsync(sidecar, Deliveries("failing", "drop", "drop"));

        static string Deliveries(string topic, string outcome, string status) =>
            "dapr_component_pubsub_ingress_count{app_id=\"measured\",component=\"events\",namespace=\"\","
            + $"process_status=\"{outcome}\",status=\"{status}\",topic=\"{topic}\"}} 1";
    }

    [Fact]
    public async Task Each_attempt_to_call_another_target_is_counted_and_no_call_of_the_own_app()
    {
        app.Answers("/broken", 500);
        await using var sidecar = await StartAsync(
            "enabled: true",
            """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: guards }
            spec:
              policies:
                retries: { two: { policy: constant, duration: 10ms, maxRetries: 2 } }
              targets:
                apps:
                  outside: { retry: two }
            """,
            $$"""
            apiVersion: dapr.io/v1alpha1
            kind: HTTPEndpoint
            metadata: { name: outside }
            spec: { baseUrl: "http://127.0.0.1:{{app.PortNumber}}" }
            """
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/measured/method/hi").SucceedsAsync(200);
        using var answer = await sidecar.Http.GetAsync("/v1.0/invoke/outside/method/broken");
        await HasAsync(
            sidecar,
            """dapr_runtime_service_invocation_req_sent_total{app_id="measured",dst_app_id="outside",type="unary"} 3"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_service_invocation_res_recv_total{app_id="measured",src_app_id="outside",status="500",type="unary"} 3"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_service_invocation_res_recv_latency_ms_count{app_id="measured",src_app_id="outside",status="500"} 3"""
        );
        var seen = await sidecar.Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        Assert.DoesNotContain("dst_app_id=\"measured\"", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_to_another_app_are_counted_by_status()
    {
        app.Answers("/broken", 500);
        // A name of its own: on daprd the earlier sidecars of an app are found for some seconds.
        await using var sidecar = await StartAppAsync("answering", "enabled: true");
        await using var other = await TestedSidecar.StartAsync(new SidecarOptions { AppId = "asking" });
        await other.Http.GetAsync("/v1.0/invoke/answering/method/hi").SucceedsAsync(200);
        using var answer = await other.Http.GetAsync("/v1.0/invoke/answering/method/broken");
        foreach (var status in (int[])[200, 500])
        {
            await HasAsync(
                sidecar,
                $"dapr_runtime_service_invocation_res_sent_total{{app_id=\"answering\",dst_app_id=\"asking\",status=\"{status}\"}} 1"
            );
        }
    }

    [Fact]
    public async Task Proxied_calls_are_counted_by_code()
    {
        await using var callee = await GrpcApp.StartAsync();
        await using var proxied = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "proxied",
                AppPort = callee.PortNumber,
                AppProtocol = "grpc",
            }
        );
        await using var sidecar = await StartAsync("enabled: true");
        var invoker = sidecar.Channel.CreateCallInvoker();
        var toApp = new CallOptions(new Metadata { { "dapr-app-id", "proxied" } });
        await invoker.AsyncUnaryCall(Echo.SayMethod, null, toApp, new StringValue { Value = "counted" });
        await invoker
            .AsyncUnaryCall(Echo.SayMethod, null, toApp, new StringValue { Value = "fail counted" })
            .FailsAsync(StatusCode.AlreadyExists, "fail counted");
        await HasAsync(
            sidecar,
            """dapr_runtime_service_invocation_req_sent_total{app_id="measured",dst_app_id="proxied",type="unary"} 2"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_service_invocation_res_recv_total{app_id="measured",src_app_id="proxied",status="0",type="unary"} 1"""
        );
        await HasAsync(
            sidecar,
            """dapr_runtime_service_invocation_res_recv_total{app_id="measured",src_app_id="proxied",status="6",type="unary"} 1"""
        );
    }

    [Fact]
    public async Task A_job_is_counted_and_timed_by_its_success()
    {
        await using var sidecar = await StartAsync("enabled: true");
        await sidecar.Http.SendAsync("POST", "/v1.0/jobs/measured-job", """{"dueTime":"0s"}""").SucceedsAsync();
        await app.NextAsync("/job/measured-job");
        await HasAsync(sidecar, """dapr_component_job_success_count{app_id="measured",namespace="",operation="job_trigger_op"} 1""");
        await HasAsync(
            sidecar,
            """dapr_component_job_latencies_count{app_id="measured",namespace="",operation="job_trigger_op",success="true"} 1"""
        );
    }

    [Fact]
    public async Task A_job_that_the_app_does_not_answer_is_not_counted()
    {
        app.Answers("/job/cut-off", (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var sidecar = await StartAsync("enabled: true");
        await sidecar.Http.SendAsync("POST", "/v1.0/jobs/cut-off", """{"dueTime":"0s","failurePolicy":{"drop":{}}}""").SucceedsAsync();
        await app.NextAsync("/job/cut-off");
        await sidecar.Http.SendAsync("POST", "/v1.0/jobs/answered", """{"dueTime":"0s"}""").SucceedsAsync();
        await HasAsync(sidecar, """dapr_component_job_success_count{app_id="measured",namespace="",operation="job_trigger_op"} 1""");
        var seen = await sidecar.Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        Assert.DoesNotContain("dapr_component_job_failure_count{", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deactivated_actors_are_counted_by_outcome()
    {
        app.Answers("/dapr/config", 200, """{"entities":["Brief","Stubborn"],"actorIdleTimeout":"100ms"}""");
        app.Answers("/actors/Stubborn/a", 500);
        await using var sidecar = await StartAsync(
            "enabled: true",
            Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Brief/a/method/act", "{}").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Stubborn/a/method/act", "{}").SucceedsAsync(200);
        await HasAsync(sidecar, """dapr_runtime_actor_deactivated_total{actor_type="Brief",app_id="measured"} 1""");
        await HasAsync(sidecar, """dapr_runtime_actor_deactivated_failed_total{actor_type="Stubborn",app_id="measured"} 1""");
    }

    [Fact]
    public async Task Timers_are_counted_as_long_as_they_are_set()
    {
        app.Answers("/dapr/config", 200, """{"entities":["Clock"]}""");
        await using var sidecar = await StartAsync(
            "enabled: true",
            Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Clock/a/method/act", "{}").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Clock/a/timers/tick", """{"dueTime":"1h"}""").SucceedsAsync();
        await HasAsync(sidecar, """dapr_runtime_actor_timers{actor_type="Clock",app_id="measured"} 1""");
        await sidecar.Http.DeleteAsync("/v1.0/actors/Clock/a/timers/tick").SucceedsAsync();
        await HasAsync(sidecar, """dapr_runtime_actor_timers{actor_type="Clock",app_id="measured"} 0""");
    }

    [Fact]
    public async Task A_bulk_publish_is_one_call_under_its_policy()
    {
        await using var sidecar = await StartAsync(
            "enabled: true",
            """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: guards }
            spec:
              policies:
                retries: { three: { policy: constant, duration: 10ms, maxRetries: 3 } }
              targets:
                components:
                  events: { outbound: { retry: three } }
            """
        );
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/publish/bulk/events/topic",
                """
                [{"entryId":"1","event":"a","contentType":"text/plain"},{"entryId":"2","event":"b","contentType":"text/plain"}]
                """
            )
            .SucceedsAsync();
        await HasAsync(
            sidecar,
            """dapr_resiliency_count{app_id="measured",flow_direction="outbound",name="guards",namespace="",policy="retry",status="",target="Pubsub_events"} 1"""
        );
    }

    private Task<TestedSidecar> StartAsync(string metrics, params string[] more) => StartAppAsync("measured", metrics, more);

    private Task<TestedSidecar> StartAppAsync(string appId, string metrics, params string[] more) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppId = appId,
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("store", "state.in-memory"),
                    Yaml.Component("events", "pubsub.in-memory"),
                    Yaml.Component("env", "secretstores.local.env"),
                    Yaml.Component("tick", "bindings.cron", ("schedule", "@every 5s"), ("direction", "input")),
                    .. more,
                ],
                Configuration = Yaml.Configuration($"metrics: {{ {metrics} }}"),
                Flags = ["--enable-metrics=true", $"--metrics-port={port}"],
            }
        );

    private async Task HasAsync(TestedSidecar sidecar, string line)
    {
        var seen = "";
        try
        {
            await Eventually.UntilAsync(
                async () =>
                    (seen = await sidecar.Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"))).Split('\n').Contains(line),
                line
            );
        }
        catch (Exception e) when (seen.Length > 0)
        {
            throw new InvalidOperationException($"no line {line} in\n{seen}", e);
        }
    }
}
