using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace Conformance.Resiliency;

/// <summary>Reads of secrets under the outbound policy of their store. An open breaker shows how often the store was read.</summary>
public sealed class SecretPolicyTests
{
    [Fact]
    public async Task A_secret_that_is_not_found_is_a_failure_that_is_retried_and_counted()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component("vault", "secretstores.local.file", ("secretsFile", "{scratch}/resources/1.yaml")),
                    """{"known":"1"}""",
                    """
                    apiVersion: dapr.io/v1alpha1
                    kind: Resiliency
                    metadata: { name: guards }
                    spec:
                      policies:
                        retries:
                          once: { policy: constant, duration: 1ms, maxRetries: 1 }
                        circuitBreakers:
                          after-four: { maxRequests: 1, timeout: 600s, trip: consecutiveFailures >= 4 }
                      targets:
                        components:
                          vault: { outbound: { retry: once, circuitBreaker: after-four } }
                    """,
                ],
            }
        );
        const string prefix = "failed getting secret with key missing from secret store vault: ";
        for (var call = 0; call < 2; call++)
        {
            await sidecar
                .Http.GetAsync("/v1.0/secrets/vault/missing")
                .FailsAsync(500, "ERR_SECRET_GET", prefix + "secret missing not found");
        }
        await sidecar.Http.GetAsync("/v1.0/secrets/vault/missing").FailsAsync(500, "ERR_SECRET_GET", prefix + "circuit breaker is open");
        await sidecar
            .Http.GetAsync("/v1.0/secrets/vault/bulk")
            .FailsAsync(500, "ERR_SECRET_GET", "failed getting secrets from secret store vault: circuit breaker is open");
        await sidecar
            .Grpc.GetSecretAsync(new GetSecretRequest { StoreName = "vault", Key = "known" })
            .FailsAsync(StatusCode.Internal, "failed getting secret with key known from secret store vault: circuit breaker is open");
    }
}
