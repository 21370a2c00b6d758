using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace Conformance.Tracing;

/// <summary>The propagation of traces and baggage without configured tracing.</summary>
public sealed class PropagationTests(PropagationTests.UntracedApps apps) : IClassFixture<PropagationTests.UntracedApps>
{
    private const string Zeros = "00-00000000000000000000000000000000-0000000000000000-00";
    private const string Given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02";
    private const string Bag = "key1=value1,key2=value2";

    private readonly HttpApp app = apps.App;
    private readonly GrpcApp grpcApp = apps.GrpcApp;
    private readonly TestedSidecar sidecar = apps.Sidecar;
    private readonly TestedSidecar grpcSidecar = apps.GrpcSidecar;

    [Theory]
    [InlineData(null, Zeros)]
    [InlineData(Given, Given)]
    public async Task App_and_caller_get_the_callers_trace_or_zeros(string? sent, string seen)
    {
        using var answer = await sidecar.Http.SendAsync("POST", $"/v1.0/invoke/{sidecar.AppId}/method/test", "{}", headers: Trace(sent));
        Assert.Equal(
            (seen, seen),
            ((await app.NextAsync("/test")).Header("traceparent"), answer.Headers.GetValues("traceparent").Single())
        );

        await sidecar.Grpc.InvokeServiceAsync(Request(sidecar), Headers(sent));
        Assert.Equal(seen, (await app.NextAsync("/test")).Header("traceparent"));

        await grpcSidecar.Grpc.InvokeServiceAsync(Request(grpcSidecar), Headers(sent));
        var (_, headers) = await grpcApp.State.Calls.Reader.ReadAsync().AsTask().OrFail("the gRPC app was not called");
        Assert.Equal((seen, 29), (headers.GetValue("traceparent"), headers.GetValueBytes("grpc-trace-bin")!.Length));
    }

    [Theory]
    [InlineData(null, Zeros)]
    [InlineData(Given, Given)]
    public async Task A_subscriber_gets_the_publishers_trace_or_zeros(string? sent, string seen)
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic", "{}", headers: Trace(sent)).SucceedsAsync();
        var got = await app.NextAsync("/events");
        Assert.Equal((seen, sent ?? ""), (got.Header("traceparent"), got.Json.GetProperty("traceparent").GetString()));

        await grpcSidecar.Grpc.PublishEventAsync(
            new PublishEventRequest
            {
                PubsubName = "events",
                Topic = "topic",
                DataContentType = "application/json",
                Data = Google.Protobuf.ByteString.CopyFromUtf8("{}"),
            },
            Headers(sent)
        );
        var (_, headers) = await grpcApp.State.NextEventAsync();
        Assert.Equal(seen, headers.GetValue("traceparent"));
    }

    [Theory]
    [InlineData("\"traceid\":12345")]
    [InlineData("\"traceparent\":{\"x\":1}")]
    [InlineData("\"traceparent\":true")]
    public async Task An_event_with_a_non_text_trace_is_delivered(string trace)
    {
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/publish/events/topic",
                $$"""{"specversion":"1.0","id":"a","source":"b","type":"c","datacontenttype":"text/plain","data":"hello",{{trace}}}""",
                "application/cloudevents+json"
            )
            .SucceedsAsync();
        await app.NextAsync("/events");
    }

    [Theory]
    [InlineData(null, Zeros)]
    [InlineData(Given, Given)]
    public async Task An_output_binding_passes_trace_and_baggage_on(string? sent, string seen)
    {
        await sidecar
            .Http.SendAsync("POST", "/v1.0/bindings/web", """{"operation":"get"}""", headers: [.. Trace(sent), ("baggage", Bag)])
            .SucceedsAsync(200);
        var got = await app.NextAsync("/bound");
        Assert.Equal((seen, Bag), (got.Header("traceparent"), got.Header("baggage")));

        var headers = Headers(sent);
        headers.Add("baggage", Bag);
        await sidecar.Grpc.InvokeBindingAsync(new InvokeBindingRequest { Name = "web", Operation = "get" }, headers);
        got = await app.NextAsync("/bound");
        Assert.Equal((seen, Bag), (got.Header("traceparent"), got.Header("baggage")));
    }

    [Fact]
    public async Task Baggage_is_forwarded_to_the_app_and_returned_to_the_caller()
    {
        using var answer = await sidecar.Http.SendAsync(
            "POST",
            $"/v1.0/invoke/{sidecar.AppId}/method/test",
            "{}",
            headers: ("baggage", Bag)
        );
        Assert.Equal((Bag, Bag), ((await app.NextAsync("/test")).Header("baggage"), Ordered(answer.Headers.GetValues("baggage").Single())));
        using var call = grpcSidecar.Grpc.InvokeServiceAsync(Request(grpcSidecar), new Metadata { { "baggage", Bag } });
        await call;
        var (_, headers) = await grpcApp.State.Calls.Reader.ReadAsync().AsTask().OrFail("the gRPC app was not called");
        Assert.Equal((Bag, Bag), (headers.GetValue("baggage"), Ordered((await call.ResponseHeadersAsync).GetValue("baggage"))));
    }

    /// <summary>Go writes the members of a map in any order.</summary>
    private static string? Ordered(string? baggage) =>
        baggage is null ? null : string.Join(',', baggage.Split(',').Order(StringComparer.Ordinal));

    [Fact]
    public async Task Invalid_baggage_is_refused()
    {
        using var answer = await sidecar.Http.SendAsync(
            "POST",
            $"/v1.0/invoke/{sidecar.AppId}/method/test",
            "{}",
            headers: ("baggage", "invalid-baggage")
        );
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("invalid baggage header", await answer.TextAsync(), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            grpcSidecar.Grpc.InvokeServiceAsync(Request(grpcSidecar), new Metadata { { "baggage", "invalid-baggage" } }).ResponseAsync
        );
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Contains("invalid baggage header", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_the_gRPC_API_carries_its_trace_in_binary_format()
    {
        using var call = sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest(), Headers(Given));
        await call;
        Assert.Equal(
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            $"00-{Convert.ToHexStringLower((await call.ResponseHeadersAsync).GetValueBytes("grpc-trace-bin").AsSpan(2, 16))}"
        );
    }

    private static InvokeServiceRequest Request(TestedSidecar sidecar) =>
        new()
        {
            Id = sidecar.AppId,
            Message = new InvokeRequest
            {
                Method = "test",
                HttpExtension = new HTTPExtension { Verb = HTTPExtension.Types.Verb.Get },
            },
        };

    private static (string, string)[] Trace(string? trace) => trace is null ? [] : [("traceparent", trace)];

    private static Metadata Headers(string? trace) => trace is null ? [] : new Metadata { { "traceparent", trace } };

    /// <summary>An HTTP app and a gRPC app with their sidecars for all cases; each case takes what it has caused.</summary>
    public sealed class UntracedApps : IAsyncLifetime
    {
        public HttpApp App { get; private set; } = null!;

        public GrpcApp GrpcApp { get; private set; } = null!;

        public TestedSidecar Sidecar { get; private set; } = null!;

        public TestedSidecar GrpcSidecar { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            App = await HttpApp.StartAsync();
            App.Subscribes("""[{"pubsubname":"events","topic":"topic","route":"events"}]""");
            GrpcApp = await GrpcApp.StartAsync(state =>
                state.Subscriptions.Subscriptions.Add(
                    new Dapr.AppCallback.Autogen.Grpc.v1.TopicSubscription { PubsubName = "events", Topic = "topic" }
                )
            );
            string[] resources =
            [
                Yaml.Component("events", "pubsub.in-memory"),
                Yaml.Component("web", "bindings.http", ("url", $"http://127.0.0.1:{App.PortNumber}/bound")),
            ];
            Sidecar = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    OwnProcess = true,
                    AppPort = App.PortNumber,
                    Resources = resources,
                }
            );
            GrpcSidecar = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    OwnProcess = true,
                    AppPort = GrpcApp.PortNumber,
                    AppProtocol = "grpc",
                    Resources = resources,
                }
            );
        }

        public async Task DisposeAsync()
        {
            await Sidecar.DisposeAsync();
            await GrpcSidecar.DisposeAsync();
            await App.DisposeAsync();
            await GrpcApp.DisposeAsync();
        }
    }
}
