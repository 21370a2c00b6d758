using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Conformance.Resiliency;

/// <summary>Retries of gRPC calls, proxied ones and <c>InvokeService</c>, by the codes that a rule names.</summary>
public sealed class GrpcRetryTests : IAsyncLifetime
{
    private readonly string key = Guid.NewGuid().ToString("N");
    private GrpcApp app = null!;
    private TestedSidecar callee = null!;
    private TestedSidecar caller = null!;

    public async Task InitializeAsync()
    {
        app = await GrpcApp.StartAsync();
        callee = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, AppProtocol = "grpc" });
        caller = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    """
                    apiVersion: dapr.io/v1alpha1
                    kind: Resiliency
                    metadata: { name: guards }
                    spec:
                      policies:
                        retries:
                          DefaultAppRetryPolicy: { policy: constant, duration: 1ms, maxRetries: 2, matching: { gRPCStatusCodes: "2,5-7,14" } }
                    """,
                ],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await caller.DisposeAsync();
        await callee.DisposeAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, 3)]
    [InlineData(StatusCode.NotFound, 3)]
    [InlineData(StatusCode.InvalidArgument, 1)]
    public async Task A_proxied_call_is_retried_for_codes_of_the_policy(StatusCode code, int attempts)
    {
        var text = $"code {(int)code} until 9 {key} {code}";
        var failure = await Say(text).FailsAsync(code);
        Assert.Equal((attempts, $"attempt {attempts}"), (Echo.Said[text], failure.Status.Detail));
    }

    [Fact]
    public async Task A_proxied_call_that_succeeds_after_retries_returns_success()
    {
        var text = $"code 14 until 3 {key}";
        Assert.Equal(text, (await Say(text)).Value);
        Assert.Equal(3, Echo.Said[text]);
    }

    [Fact]
    public async Task Calls_marked_as_streams_pass_a_policy_unchanged()
    {
        using var chat = caller
            .Channel.CreateCallInvoker()
            .AsyncDuplexStreamingCall(
                Echo.ChatMethod,
                null,
                new CallOptions(new Metadata { { "dapr-app-id", callee.AppId }, { "dapr-stream", "true" } })
            );
        foreach (var text in (string[])["one", "two"])
        {
            await chat.RequestStream.WriteAsync(new StringValue { Value = text });
            Assert.True(await chat.ResponseStream.MoveNext(default).OrFail("the stream stands still"));
            Assert.Equal("re: " + text, chat.ResponseStream.Current.Value);
        }
        await chat.RequestStream.CompleteAsync();
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.InvalidArgument)]
    public async Task InvokeService_is_retried_for_every_code(StatusCode code)
    {
        var calls = 0;
        app.State.OnInvoke = (_, _) => throw new RpcException(new Status(code, $"attempt {Interlocked.Increment(ref calls)}"));
        await Assert.ThrowsAsync<RpcException>(() =>
            caller
                .Grpc.InvokeServiceAsync(
                    new InvokeServiceRequest
                    {
                        Id = callee.AppId,
                        Message = new InvokeRequest { Method = "m" },
                    }
                )
                .ResponseAsync
        );
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task An_HTTP_call_of_a_gRPC_app_is_not_retried()
    {
        var calls = 0;
        app.State.OnInvoke = (_, _) =>
            throw new RpcException(new Status(StatusCode.Unavailable, $"attempt {Interlocked.Increment(ref calls)}"));
        using var answer = await caller.Http.SendAsync("POST", $"/v1.0/invoke/{callee.AppId}/method/m", "{}");
        Assert.Equal((503, 1), ((int)answer.StatusCode, calls));
    }

    private AsyncUnaryCall<StringValue> Say(string text) =>
        caller.Channel.CreateCallInvoker().AsyncUnaryCall(Echo.SayMethod, null, Target(), new StringValue { Value = text });

    private CallOptions Target() => new(new Metadata { { "dapr-app-id", callee.AppId } });
}
