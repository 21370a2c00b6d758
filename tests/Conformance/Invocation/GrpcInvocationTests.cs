using Conformance.Apps;
using Conformance.Running;
using Dapr.Client;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Invocation;

public sealed class GrpcInvocationTests(Callers callers) : IClassFixture<Callers>
{
    [Fact]
    public async Task InvokeService_reaches_an_HTTP_app()
    {
        callers.BetaApp.Answers("/greet", 201, "hello");
        var call = callers.Alpha.Grpc.InvokeServiceAsync(
            Request(callers.Beta.AppId, "greet", Protos.HTTPExtension.Types.Verb.Put),
            new Metadata { { "x-mine", "yes" } }
        );
        var reply = await call;
        var got = await callers.BetaApp.NextAsync("/greet");
        Assert.Equal(
            ("hello", "PUT", "q=1", "data", "yes", callers.Alpha.AppId),
            (
                reply.Data.Value.ToStringUtf8(),
                got.Method,
                got.Query.TrimStart('?'),
                got.Text,
                got.Header("x-mine"),
                got.Header("dapr-caller-app-id")
            )
        );
        Assert.Equal("201", (await call.ResponseHeadersAsync).GetValue("dapr-http-status"));
    }

    [Fact]
    public async Task Headers_of_the_transfer_end_at_the_sidecar_and_those_of_HTTP_are_renamed()
    {
        callers.AlphaApp.Answers("/headers", (_, context) =>
        {
            context.Response.Headers.Server = "One/1 Two/2";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["x-mine-bin"] = "aGk=";
            return context.Response.WriteAsync("x");
        });
        var call = callers.Alpha.Grpc.InvokeServiceAsync(Request(callers.Alpha.AppId, "headers"));
        var headers = await call.ResponseHeadersAsync;
        await call;
        Assert.Equal(
            ("One/1 Two/2", "no-store", null, null),
            (
                headers.GetValue("server"),
                headers.GetValue("dapr-cache-control"),
                headers.GetValue("dapr-content-length"),
                headers.GetValue("content-length")
            )
        );
        Assert.Equal("aGk="u8.ToArray(), headers.GetValueBytes("x-mine-bin"));
    }

    [Theory]
    [InlineData("application/json;charset=utf-8")]
    [InlineData("plain")]
    public async Task A_content_type_passes_as_it_is_written(string type)
    {
        callers.BetaApp.Answers("/typed", (_, context) =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync("x");
        });
        var request = Request(callers.Beta.AppId, "typed");
        request.Message.ContentType = type;
        var reply = await callers.Alpha.Grpc.InvokeServiceAsync(request);
        Assert.Equal((type, type), ((await callers.BetaApp.NextAsync("/typed")).Header("Content-Type"), reply.ContentType));
    }

    [Fact]
    public async Task A_call_without_an_answer_names_verb_and_URL()
    {
        callers.AlphaApp.Answers("/hangs-up", (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        var failure = await callers.Alpha.Grpc.InvokeServiceAsync(Request(callers.Alpha.AppId, "hangs-up")).FailsAsync(StatusCode.Internal);
        Assert.StartsWith(
            $"failed to invoke, id: {callers.Alpha.AppId}, err: Post \"http://127.0.0.1:{callers.AlphaApp.PortNumber}/hangs-up?q=1\": ",
            failure.Status.Detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_call_of_an_HTTP_app_needs_a_verb_and_every_call_an_app()
    {
        var alpha = callers.Alpha.AppId;
        var problem = $"failed to invoke, id: {alpha}, err: rpc error: code = InvalidArgument desc = ";
        await callers
            .Alpha.Grpc.InvokeServiceAsync(
                new()
                {
                    Id = alpha,
                    Message = new() { Method = "x" },
                }
            )
            .FailsAsync(StatusCode.Internal, problem + "missing HTTP extension field");
        await callers
            .Alpha.Grpc.InvokeServiceAsync(Request(alpha, "x", Protos.HTTPExtension.Types.Verb.None))
            .FailsAsync(StatusCode.Internal, problem + "invalid HTTP verb");
        await callers.Alpha.Grpc.InvokeServiceAsync(new()).FailsAsync(StatusCode.Internal, "failed to invoke, id: , err: app id is empty");
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.NotFound)]
    [InlineData(409, StatusCode.AlreadyExists)]
    [InlineData(429, StatusCode.ResourceExhausted)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(503, StatusCode.Unavailable)]
    public async Task An_HTTP_apps_error_is_returned_with_its_status_and_the_start_of_its_body(int status, StatusCode code)
    {
        callers.BetaApp.Answers("/fails", status, new string('e', 100));
        var failure = await callers.Alpha.Grpc.InvokeServiceAsync(Request(callers.Beta.AppId, "fails")).FailsAsync(code);
        var info = failure.Detail<ErrorInfo>()!;
        Assert.Equal(($"{status}", 63, "dapr.io"), (info.Metadata["http.code"], info.Metadata["http.error_message"].Length, info.Domain));
        await callers.BetaApp.NextAsync("/fails");
    }

    [Fact]
    public async Task InvokeService_reaches_a_gRPC_app_and_returns_its_status()
    {
        callers.GammaApp.State.OnInvoke = (request, _) => new Protos.InvokeResponse { Data = request.Data, ContentType = "text/plain" };
        var reply = await callers.Gamma.Grpc.InvokeServiceAsync(Request(callers.Gamma.AppId, "echo"));
        Assert.Equal(("data", "text/plain"), (reply.Data.Value.ToStringUtf8(), reply.ContentType));
        callers.GammaApp.State.OnInvoke = (_, _) => throw new RpcException(new Grpc.Core.Status(StatusCode.FailedPrecondition, "not now"));
        await callers
            .Gamma.Grpc.InvokeServiceAsync(Request(callers.Gamma.AppId, "echo"))
            .FailsAsync(StatusCode.FailedPrecondition, "not now");
    }

    [Fact]
    public async Task Invoking_an_unknown_app_over_gRPC_fails() =>
        Assert.StartsWith(
            "failed to invoke, id: nobody, err: ",
            (await callers.Alpha.Grpc.InvokeServiceAsync(Request("nobody", "x")).FailsAsync(StatusCode.Internal)).Status.Detail,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Unary_and_streaming_calls_of_any_service_are_proxied_with_their_status()
    {
        foreach (var sidecar in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            var invoker = sidecar.Channel.CreateCallInvoker();
            var headers = new CallOptions(new Metadata { { "dapr-app-id", callers.Gamma.AppId } });
            var reply = await invoker.AsyncUnaryCall(Echo.SayMethod, null, headers, new StringValue { Value = "hi" });
            // a call of the own app names no caller
            Assert.Equal($"hi from {(sidecar == callers.Gamma ? "" : sidecar.AppId)}", reply.Value);
            await invoker
                .AsyncUnaryCall(Echo.SayMethod, null, headers, new StringValue { Value = "fail now" })
                .FailsAsync(StatusCode.AlreadyExists, "fail now");
            var named = new CallOptions(new Metadata { { "dapr-app-id", $"{callers.Gamma.AppId}.default" } });
            Assert.StartsWith(
                "hi from",
                (await invoker.AsyncUnaryCall(Echo.SayMethod, null, named, new StringValue { Value = "hi" })).Value,
                StringComparison.Ordinal
            );
            var limited = headers.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
            Assert.Equal(
                "True",
                (await invoker.AsyncUnaryCall(Echo.SayMethod, null, limited, new StringValue { Value = "deadline" })).Value
            );
            using var chat = invoker.AsyncDuplexStreamingCall(Echo.ChatMethod, null, headers);
            foreach (var word in (string[])["one", "two"])
            {
                await chat.RequestStream.WriteAsync(new StringValue { Value = word });
                Assert.True(await chat.ResponseStream.MoveNext(CancellationToken.None).OrFail("the stream gave no answer"));
                Assert.Equal($"re: {word}", chat.ResponseStream.Current.Value);
            }
            await chat.RequestStream.CompleteAsync();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody")]
    public async Task A_proxied_call_goes_to_the_app_of_dapr_callee_app_id_first(string? other)
    {
        var headers = new Metadata { { "dapr-callee-app-id", callers.Gamma.AppId } };
        if (other is not null)
        {
            headers.Add("dapr-app-id", other);
        }
        var invoker = callers.Alpha.Channel.CreateCallInvoker();
        var reply = await invoker.AsyncUnaryCall(Echo.SayMethod, null, new CallOptions(headers), new StringValue { Value = "hi" });
        Assert.Equal($"hi from {callers.Alpha.AppId}", reply.Value);
    }

    [Fact]
    public async Task A_proxied_stream_takes_none_of_the_apps_slots()
    {
        await using var app = await GrpcApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Flags = ["--app-max-concurrency", "1"],
            }
        );
        var invoker = sidecar.Channel.CreateCallInvoker();
        var options = new CallOptions(new Metadata { { "dapr-app-id", sidecar.AppId } });
        using var chat = invoker.AsyncDuplexStreamingCall(Echo.ChatMethod, null, options);
        await chat.RequestStream.WriteAsync(new StringValue { Value = "one" });
        Assert.True(await chat.ResponseStream.MoveNext(CancellationToken.None).OrFail("the stream gave no answer"));
        var call = invoker.AsyncUnaryCall(Echo.SayMethod, null, options, new StringValue { Value = "hi" });
        var reply = await call.ResponseAsync.OrFail("the call waited for the stream to end");
        Assert.StartsWith("hi from", reply.Value, StringComparison.Ordinal);
        await chat.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task Proxying_to_an_unknown_app_or_to_none_answers_Unknown()
    {
        var invoker = callers.Alpha.Channel.CreateCallInvoker();
        await invoker
            .AsyncUnaryCall(Echo.SayMethod, null, new CallOptions(new Metadata { { "dapr-app-id", "nobody" } }), new StringValue())
            .FailsAsync(StatusCode.Unknown);
        await invoker
            .AsyncUnaryCall(Echo.SayMethod, null, new CallOptions(), new StringValue())
            .FailsAsync(StatusCode.Unknown, "cannot proxy request: missing dapr-callee-app-id or dapr-app-id metadata");
    }

    [Fact]
    public async Task The_SDK_invokes_over_HTTP()
    {
        callers.BetaApp.Answers("/sdk", 200, """{"n":3}""");
        using var client = DaprClient.CreateInvokeHttpClient(callers.Beta.AppId, $"http://127.0.0.1:{callers.Alpha.HttpPort}");
        Assert.Equal("""{"n":3}""", await client.GetStringAsync("/sdk"));
        await callers.BetaApp.NextAsync("/sdk");
    }

    private static Protos.InvokeServiceRequest Request(
        string id,
        string method,
        Protos.HTTPExtension.Types.Verb verb = Protos.HTTPExtension.Types.Verb.Post
    ) =>
        new()
        {
            Id = id,
            Message = new Protos.InvokeRequest
            {
                Method = method,
                ContentType = "text/plain",
                Data = new Any { Value = ByteString.CopyFromUtf8("data") },
                HttpExtension = new() { Verb = verb, Querystring = "q=1" },
            },
        };
}
