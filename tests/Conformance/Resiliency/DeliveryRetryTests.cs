using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Resiliency;

/// <summary>Inbound policies of a pub/sub component look at the status that the app has answered with.</summary>
public sealed class DeliveryRetryTests
{
    [Theory]
    [InlineData(503, 3)]
    [InlineData(500, 1)]
    public async Task An_event_is_redelivered_only_for_statuses_of_the_policy(int status, int attempts)
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            """[{"pubsubname":"events","topic":"a","route":"/a","deadLetterTopic":"dead"},{"pubsubname":"events","topic":"dead","route":"/dead"}]"""
        );
        app.Answers("/a", status);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("events", "pubsub.in-memory"),
                    """
                    apiVersion: dapr.io/v1alpha1
                    kind: Resiliency
                    metadata: { name: guards }
                    spec:
                      policies:
                        retries:
                          unavailable: { policy: constant, duration: 1ms, maxRetries: 2, matching: { httpStatusCodes: "502-504" } }
                      targets:
                        components:
                          events: { inbound: { retry: unavailable } }
                    """,
                ],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/a", "1").SucceedsAsync();
        await app.NextAsync("/dead");
        for (var i = 0; i < attempts; i++)
        {
            await app.NextAsync("/a");
        }
        Assert.True(app.GotNothingMore("/a"));
    }
}
