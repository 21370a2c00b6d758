using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Resiliency;

/// <summary>Time limits of HTTP calls to a gRPC app.</summary>
public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("own")]
    [InlineData("other")]
    public async Task A_call_of_a_gRPC_app_ends_at_its_time_limit(string target)
    {
        using var end = new ManualResetEventSlim();
        await using var app = await GrpcApp.StartAsync(state =>
            state.OnInvoke = (_, _) =>
            {
                end.Wait(Eventually.Limit);
                return new InvokeResponse();
            }
        );
        var id = $"slow-{Guid.NewGuid():N}";
        var limit = $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: limits }
            spec:
              policies:
                timeouts: { short: 500ms }
              targets:
                apps:
                  {{id}}: { timeout: short }
            """;
        await using var callee = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = id,
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Resources = [limit],
            }
        );
        await using var caller = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [limit] });
        try
        {
            var error = await (target == "own" ? callee : caller)
                .Http.GetAsync($"/v1.0/invoke/{id}/method/m")
                .FailsAsync(500, "ERR_DIRECT_INVOKE");
            Assert.EndsWith("context deadline exceeded", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        finally
        {
            end.Set();
        }
    }
}
