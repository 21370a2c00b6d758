using Conformance.Running;

namespace Conformance.Resiliency;

/// <summary>
/// Writes with a wrong ETag under a policy that retries three times and whose breaker opens after three failures: an open breaker shows how
/// often the store was called. Each case has a store of its own.
/// </summary>
public sealed class StateRetryTests : IAsyncLifetime
{
    private static readonly string[] Stores = ["saved", "deleted", "changed", "several"];

    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync() =>
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "conflicting-writes",
                Resources =
                [
                    .. Stores.Select(store => Yaml.Component(store, "state.in-memory")),
                    $$"""
                    apiVersion: dapr.io/v1alpha1
                    kind: Resiliency
                    metadata: { name: guards }
                    spec:
                      policies:
                        retries:
                          three: { policy: constant, duration: 1ms, maxRetries: 3 }
                        circuitBreakers:
                          after-three: { maxRequests: 1, timeout: 60s, trip: consecutiveFailures >= 3 }
                      targets:
                        components:
                          {{string.Join(
                              "\n      ",
                              Stores.Select(store => $"{store}: {{ outbound: {{ retry: three, circuitBreaker: after-three }} }}")
                          )}}
                    """,
                ],
            }
        );

    public Task DisposeAsync() => sidecar.DisposeAsync().AsTask();

    [Fact]
    public async Task A_save_with_a_wrong_ETag_is_not_retried_but_counted()
    {
        await SaveAsync("saved", """[{"key":"k","value":1}]""").SucceedsAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await SaveAsync("saved", """[{"key":"k","value":2,"etag":"wrong"}]""").FailsAsync(409, "ERR_STATE_SAVE");
        }
        await OpenAsync(SaveAsync("saved", """[{"key":"other","value":2}]"""), "ERR_STATE_SAVE");
    }

    [Fact]
    public async Task A_delete_with_a_wrong_ETag_is_retried()
    {
        await SaveAsync("deleted", """[{"key":"k","value":1}]""").SucceedsAsync();
        await OpenAsync(sidecar.Http.SendAsync("DELETE", "/v1.0/state/deleted/k", null, null, ("If-Match", "wrong")), "ERR_STATE_DELETE");
    }

    [Fact]
    public async Task A_transaction_with_a_wrong_ETag_is_retried()
    {
        await SaveAsync("changed", """[{"key":"k","value":1}]""").SucceedsAsync();
        await OpenAsync(
            sidecar.Http.SendAsync(
                "POST",
                "/v1.0/state/changed/transaction",
                """{"operations":[{"operation":"upsert","request":{"key":"k","value":2,"etag":"wrong"}}]}"""
            ),
            "ERR_STATE_TRANSACTION"
        );
    }

    [Fact]
    public async Task A_save_of_several_values_is_not_retried_if_only_ETags_were_wrong()
    {
        await SaveAsync("several", """[{"key":"k","value":1}]""").SucceedsAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await SaveAsync("several", """[{"key":"k","value":2,"etag":"wrong"},{"key":"other","value":2}]""")
                .FailsAsync(409, "ERR_STATE_SAVE");
        }
        await OpenAsync(SaveAsync("several", """[{"key":"other","value":2}]"""), "ERR_STATE_SAVE");
    }

    private Task<HttpResponseMessage> SaveAsync(string store, string items) =>
        sidecar.Http.SendAsync("POST", $"/v1.0/state/{store}", items);

    private static async Task OpenAsync(Task<HttpResponseMessage> call, string errorCode) =>
        Assert.Contains(
            "circuit breaker is open",
            (await call.FailsAsync(500, errorCode)).GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
}
