using System.Text;
using Conformance.Apps;
using Conformance.Running;
using Microsoft.AspNetCore.Http;

namespace Conformance.Resiliency;

/// <summary>
/// An app behind several HTTPEndpoint names with separate policies, and a subscription whose inbound policy retries three times.
/// </summary>
public sealed class AppWithPolicies : IAsyncLifetime
{
    public HttpApp App { get; private set; } = null!;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        App = await HttpApp.StartAsync();
        App.Subscribes(
            """[{"pubsubname":"events","topic":"poison","route":"/poison","deadLetterTopic":"dead"},{"pubsubname":"events","topic":"dead","route":"/dead"}]"""
        );
        var appId = $"guarded-{Guid.NewGuid():N}";
        string[] targets = ["retried", "matching", "hurried", "broken", "shared"];
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = appId,
                AppPort = App.PortNumber,
                Resources =
                [
                    Yaml.Component("events", "pubsub.in-memory"),
                    .. targets.Select(name =>
                        $"apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata: {{ name: {name} }}\nspec: {{ baseUrl: "
                        + $"\"http://127.0.0.1:{App.PortNumber}\" }}"
                    ),
                    $$"""
                    apiVersion: dapr.io/v1alpha1
                    kind: Resiliency
                    metadata: { name: guards }
                    spec:
                      policies:
                        timeouts: { short: 200ms }
                        retries:
                          three: { policy: Constant, duration: 10ms, maxRetries: 3 }
                          switched: { policy: constant, duration: 10ms, maxRetries: 3, matching: { httpStatusCodes: "101" } }
                          unavailable: { policy: constant, duration: 10ms, maxRetries: 3, matching: { httpStatusCodes: "502-504" } }
                        circuitBreakers:
                          after-three: { maxRequests: 1, timeout: 5s, trip: consecutiveFailures >= 3 }
                          for-long: { maxRequests: 1, timeout: 10m, trip: consecutiveFailures >= 3 }
                      targets:
                        apps:
                          retried: { retry: three }
                          matching: { retry: unavailable }
                          {{appId}}: { retry: switched }
                          hurried: { timeout: short }
                          broken: { circuitBreaker: after-three }
                          shared: { circuitBreaker: for-long }
                        components:
                          events: { inbound: { retry: three } }
                    """,
                ],
            }
        );
    }

    public Task<HttpResponseMessage> InvokeAsync(string target, string method, string body = "") =>
        Sidecar.Http.PostAsync($"/v1.0/invoke/{target}/method/{method}", new StringContent(body, Encoding.UTF8, "text/plain"));

    /// <summary>Lets the app answer <paramref name="status"/> that many times, then 200 with the request.</summary>
    public void FailsFirst(string path, int times, int status)
    {
        var attempts = 0;
        App.Answers(path, (got, context) =>
        {
            var attempt = Interlocked.Increment(ref attempts);
            context.Response.Headers["x-answer"] = "kept";
            if (attempt > times)
            {
                return context.Response.WriteAsync($"attempt {attempt} got {got.Text}");
            }
            context.Response.StatusCode = status;
            return context.Response.WriteAsync($"attempt {attempt} failed");
        });
    }

    public async Task DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await App.DisposeAsync();
    }
}
