using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Tracing;

/// <summary>The exported spans of a sidecar, with daprd's names.</summary>
public sealed class TracingTests : IAsyncLifetime
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";
    private const string Sampled = $"00-{Trace}-{Caller}-01";

    private SpanCollector collector = null!;
    private HttpApp app = null!;

    /// <summary>Every sidecar with an exporter, in this process or its own, sends its spans at once, not after five seconds.</summary>
    static TracingTests() => Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "50");

    public async Task InitializeAsync() => (collector, app) = (await SpanCollector.StartAsync(), await HttpApp.StartAsync());

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        await collector.DisposeAsync();
    }

    [Fact]
    public async Task One_trace_covers_the_callers_sidecar_the_callees_sidecar_and_the_subscriber()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"orders","route":"events"}]""");
        await using var callee = await StartAsync("callee", Otlp("0.0000001"));
        await using var caller = await StartAsync("caller", Otlp("0.0000001"));
        using var answer = await caller.Http.SendAsync(
            "POST",
            $"/v1.0/invoke/{callee.AppId}/method/orders/7",
            "{}",
            headers: ("traceparent", Sampled)
        );
        await callee.Http.SendAsync("POST", "/v1.0/publish/events/orders", "{}", headers: ("traceparent", Sampled)).SucceedsAsync();
        var delivered = await app.NextAsync("/events");

        var client = await collector.FindAsync("the caller's", span =>
            span.Name == $"CallLocal/{callee.AppId}/orders/7" && span.Kind == "CLIENT"
        );
        var server = await collector.FindAsync("the callee's", span =>
            span.Name == $"CallLocal/{callee.AppId}/orders/7" && span.Kind == "SERVER"
        );
        var publish = await collector.FindAsync("/v1.0/publish/events/orders");
        var delivery = await collector.FindAsync("pubsub/orders");
        Assert.All((CollectedSpan[])[client, server, publish, delivery], span => Assert.Equal(Trace, span.TraceId));
        Assert.Equal([Caller, client.Id, Caller, publish.Id], new[] { client, server, publish, delivery }.Select(span => span.ParentId));
        Assert.Equal(
            [caller.AppId, callee.AppId, callee.AppId, callee.AppId],
            new[] { client, server, publish, delivery }.Select(span => span.Service)
        );
        Assert.Equal($"00-{Trace}-{client.Id}-01", answer.Headers.GetValues("traceparent").Single());
        Assert.Equal($"00-{Trace}-{delivery.Id}-01", delivered.Header("traceparent"));
        Assert.Equal(
            ("ServiceInvocation", callee.AppId, "200"),
            (client.Tags["rpc.service"], client.Tags["net.peer.name"], client.Tags["dapr.status_code"])
        );
        Assert.Equal(
            ("pubsub", "http", "POST /v1.0/publish/events/orders"),
            (publish.Tags["messaging.system"], publish.Tags["dapr.protocol"], publish.Tags["dapr.api"])
        );
        Assert.Equal(("pubsub", "orders"), (delivery.Tags["messaging.system"], delivery.Tags["messaging.destination.name"]));
    }

    [Fact]
    public async Task A_workflow_that_is_started_over_gRPC_without_a_parent_stays_in_the_trace_of_its_call()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                Resources =
                [
                    Yaml.Component("store", "state.sqlite", ("connectionString", "{scratch}/workflows.db"), ("actorStateStore", "true")),
                ],
                Configuration = Otlp("1"),
            }
        );
        await using var workflows = await Workflows.WorkflowApp.StartAsync(sidecar, options =>
            options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input))
        );
        await workflows.Client.WaitForWorkflowCompletionAsync(await workflows.Client.ScheduleNewWorkflowAsync("echo", null, "x"));

        var created = await collector.FindAsync("create_orchestration||echo");
        var called = await collector.FindAsync("/TaskHubSidecarService/StartInstance");
        Assert.Equal(called.TraceId, created.TraceId);
    }

    [Fact]
    public async Task Spans_of_building_blocks_have_daprds_names()
    {
        await using var sidecar = await StartAsync("named", Otlp("1"));
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0//state/store",
                """[{"key":"k","value":1}]""",
                headers: [("dapr-note", "mine"), ("dapr-api-token", "hidden")]
            )
            .SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/state/nope/k").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");
        await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "k" });
        await sidecar
            .Grpc.DeleteStateAsync(new() { StoreName = "nope", Key = "k" })
            .ResponseAsync.ContinueWith(_ => { }, TaskScheduler.Default);

        var saved = await collector.FindAsync("/v1.0//state/store");
        Assert.Equal(
            ("state", "store", "POST /v1.0//state/store", "204", "mine"),
            (
                saved.Tags["db.system"],
                saved.Tags["db.name"],
                saved.Tags["db.statement"],
                saved.Tags["dapr.status_code"],
                saved.Tags["dapr-note"]
            )
        );
        if (!TestedSidecar.IsDaprd) // which records the token
        {
            Assert.DoesNotContain("dapr-api-token", saved.Tags.Keys);
        }
        Assert.Equal("Code(400): Bad Request", (await collector.FindAsync("/v1.0/state/nope/k")).Tags["error"]);
        var read = await collector.FindAsync("/dapr.proto.runtime.v1.Dapr/GetState");
        Assert.Equal(
            ("CLIENT", "Dapr", "store", "grpc"),
            (read.Kind, read.Tags["rpc.service"], read.Tags["db.name"], read.Tags["dapr.protocol"])
        );
        Assert.Contains(
            "nope",
            (await collector.FindAsync("/dapr.proto.runtime.v1.Dapr/DeleteState")).Tags["error"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Each_entry_of_a_bulk_publish_has_its_own_span()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"many","route":"events"}]""");
        await using var sidecar = await StartAsync("bulk", Otlp("0.0000001"));
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/publish/bulk/events/many",
                """[{"entryId":"1","event":"a","contentType":"text/plain"},{"entryId":"2","event":"b","contentType":"text/plain"}]""",
                headers: ("traceparent", Sampled)
            )
            .SucceedsAsync();
        var traces = new[] { await app.NextAsync("/events"), await app.NextAsync("/events") }
            .Select(event_ => event_.Json.GetProperty("traceparent").GetString()!)
            .ToList();
        Assert.All(traces, trace => Assert.StartsWith($"00-{Trace}-", trace, StringComparison.Ordinal));
        Assert.Equal(2, traces.Distinct().Count());
        foreach (var trace in traces)
        {
            Assert.Equal("PRODUCER", (await collector.FindAsync("the entry's", span => span.Id == trace[36..52])).Kind);
        }
    }

    [Fact]
    public async Task The_callers_decision_not_to_sample_is_respected()
    {
        await using var sidecar = await StartAsync("quiet", Otlp("1"));
        using var answer = await sidecar.Http.SendAsync(
            "GET",
            $"/v1.0/invoke/{sidecar.AppId}/method/quiet",
            headers: ("traceparent", Sampled[..^1] + "0")
        );
        Assert.EndsWith("-00", answer.Headers.GetValues("traceparent").Single(), StringComparison.Ordinal);
        await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/loud").SucceedsAsync(200);
        await collector.FindAsync($"CallLocal/{sidecar.AppId}/loud"); // came later, and is sent later
        Assert.DoesNotContain(collector.Spans, span => span.Name.EndsWith("/quiet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_gets_spans_over_gRPC_with_the_configured_headers_and_the_environments_resource()
    {
        await using var sidecar = await StartAsync(
            "otel",
            Configuration(
                $$"""
                tracing:
                  samplingRate: "1.0"
                  otel: { endpointAddress: "127.0.0.1:{{collector.OtlpPort}}", protocol: grpc, isSecure: false, headers: ["x-api-key=test-api-key-123", "x-custom-header=custom-value"], timeout: 30s }
                """
            ),
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "x-env-header=env-value",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-env-header=env-value",
                ["OTEL_SERVICE_NAME"] = "my-custom-service",
                ["OTEL_RESOURCE_ATTRIBUTES"] = "service.namespace=production,k8s.pod.name=pod-123",
            }
        );
        await sidecar.Http.SendAsync("POST", $"/v1.0/invoke/{sidecar.AppId}/method/test").SucceedsAsync(200);
        var span = await collector.FindAsync($"CallLocal/{sidecar.AppId}/test");
        Assert.Equal(
            ("my-custom-service", "production", "pod-123"),
            (span.Service, span.Tags["resource/service.namespace"], span.Tags["resource/k8s.pod.name"])
        );
        var headers = collector.Headers.First();
        Assert.Equal(
            ("test-api-key-123", "custom-value", 0),
            (headers["x-api-key"].ToString(), headers["x-custom-header"].ToString(), headers["x-env-header"].Count)
        );
    }

    [Fact]
    public async Task Environment_variables_alone_enable_the_export()
    {
        await using var sidecar = await StartAsync(
            "environment",
            null,
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{collector.OtlpPort}",
                ["OTEL_EXPORTER_OTLP_INSECURE"] = "true",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-env-header=env-value",
            }
        );
        await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/test").SucceedsAsync(200);
        Assert.Equal(sidecar.AppId, (await collector.FindAsync($"CallLocal/{sidecar.AppId}/test")).Service);
        Assert.Equal("env-value", collector.Headers.First()["x-env-header"].ToString());
    }

    [Fact]
    public async Task A_rate_of_0_switches_tracing_off_and_leaves_headers_alone()
    {
        await using var sidecar = await StartAsync("off", Configuration("tracing: { samplingRate: \"0\" }"));
        using var answer = await sidecar.Http.SendAsync(
            "GET",
            $"/v1.0/invoke/{sidecar.AppId}/method/off",
            headers: ("baggage", "no baggage")
        );
        Assert.False(answer.Headers.Contains("traceparent"));
        Assert.Null((await app.NextAsync("/off")).Header("traceparent"));
        await sidecar
            .Http.SendAsync("GET", $"/v1.0/invoke/{sidecar.AppId}/method/off", headers: ("traceparent", Sampled))
            .SucceedsAsync(200);
        Assert.Equal(Sampled, (await app.NextAsync("/off")).Header("traceparent"));
    }

    [Fact]
    public async Task Spans_are_logged_if_stdout_is_configured()
    {
        await using var sidecar = await StartAsync("logged", Configuration("tracing: { samplingRate: \"1\", stdout: true }"));
        await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/test").SucceedsAsync(200);
        await Eventually.UntilAsync(
            () => Task.FromResult(sidecar.Output.Contains($"[CallLocal/{sidecar.AppId}/test] Trace: ", StringComparison.Ordinal)),
            "the log tells of no span"
        );
    }

    [SkippableFact]
    public async Task A_Zipkin_server_is_accepted_and_a_warning_names_the_collector_to_configure()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd sends spans to Zipkin");
        await using var sidecar = await StartAsync(
            "zipkin",
            Configuration("tracing: { samplingRate: \"1\", zipkin: { endpointAddress: \"http://127.0.0.1:9411/api/v2/spans\" } }")
        );
        await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/test").SucceedsAsync(200);
        Assert.Contains(
            $"spec.tracing.zipkin has no effect for app {sidecar.AppId}: spans are sent by OTLP only; name a collector in "
                + "spec.tracing.otel",
            sidecar.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_unknown_collector_protocol_is_refused()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                Configuration = Configuration("tracing: { otel: { endpointAddress: \"localhost:1\", protocol: smoke } }"),
            }
        );
        Assert.NotEqual(0, code);
        Assert.Contains("invalid protocol smoke provided for Otel endpoint", output, StringComparison.Ordinal);
    }

    private string Otlp(string rate) =>
        Configuration(
            $$"""tracing: { samplingRate: "{{rate}}", otel: { endpointAddress: "127.0.0.1:{{collector.OtlpPort}}", protocol: grpc, isSecure: false } }"""
        );

    private static string Configuration(string spec) => Yaml.Configuration(spec);

    private Task<TestedSidecar> StartAsync(string appId, string? configuration, Dictionary<string, string>? environment = null) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = $"{appId}-{Guid.NewGuid().ToString("N")[..6]}",
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("store", "state.in-memory"), Yaml.Component("events", "pubsub.in-memory")],
                Configuration = configuration,
                Environment = environment ?? [],
            }
        );
}
