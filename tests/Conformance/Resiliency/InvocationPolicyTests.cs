using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Conformance.Resiliency;

/// <summary>The gRPC status of an invocation that its policy ends, and proxied calls of the own app, which have no policy.</summary>
public sealed class InvocationPolicyTests
{
    private const string Policies = """
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: guards }
        spec:
          policies:
            timeouts: { DefaultAppTimeoutPolicy: 300ms }
            retries:
              DefaultAppRetryPolicy: { policy: constant, duration: 1ms, maxRetries: 2, matching: { gRPCStatusCodes: "14" } }
            circuitBreakers:
              DefaultAppCircuitBreakerPolicy: { maxRequests: 1, timeout: 600s, trip: consecutiveFailures >= 3 }
        """;

    [Fact]
    public async Task InvokeService_ends_with_the_status_of_the_time_out_and_then_of_the_breaker()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/slow", (_, context) =>
            Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default)
        );
        await using var callee = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber });
        await using var caller = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Policies] });
        var request = new InvokeServiceRequest
        {
            Id = callee.AppId,
            Message = new InvokeRequest
            {
                Method = "slow",
                HttpExtension = new HTTPExtension { Verb = HTTPExtension.Types.Verb.Get },
            },
        };
        await caller.Grpc.InvokeServiceAsync(request).FailsAsync(StatusCode.DeadlineExceeded, "context deadline exceeded");
        await caller.Grpc.InvokeServiceAsync(request).FailsAsync(StatusCode.Unknown, "circuit breaker is open");
    }

    [Fact]
    public async Task A_proxied_call_of_the_own_app_is_not_retried()
    {
        await using var app = await GrpcApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Resources = [Policies],
            }
        );
        var text = $"code 14 until 9 {Guid.NewGuid():N}";
        var options = new CallOptions(new Metadata { { "dapr-app-id", sidecar.AppId } });
        var call = sidecar.Channel.CreateCallInvoker().AsyncUnaryCall(Echo.SayMethod, null, options, new StringValue { Value = text });
        await call.FailsAsync(StatusCode.Unavailable, "attempt 1");
        Assert.Equal(1, Echo.Said[text]);
    }
}
