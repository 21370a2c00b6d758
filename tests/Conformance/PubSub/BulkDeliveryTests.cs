using Conformance.Apps;
using Conformance.Running;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Grpc.Core;

namespace Conformance.PubSub;

/// <summary>Limits of bulk subscriptions, and failures of gRPC apps under a policy.</summary>
public sealed class BulkDeliveryTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(0, 100)]
    [InlineData(1, 0)]
    public async Task Limits_that_are_not_positive_stand_for_the_defaults(int count, int wait)
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("events", "pubsub.in-memory"),
                    $$"""
                    apiVersion: dapr.io/v2alpha1
                    kind: Subscription
                    metadata: { name: many }
                    spec:
                      pubsubname: events
                      topic: many
                      routes: { default: /many }
                      bulkSubscribe: { enabled: true, maxMessagesCount: {{count}}, maxAwaitDurationMs: {{wait}} }
                    """,
                ],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/many", "1").SucceedsAsync();
        Assert.Equal(1, (await app.NextAsync("/many")).Json.GetProperty("entries").GetArrayLength());
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, 3, true)]
    [InlineData(StatusCode.InvalidArgument, 1, true)]
    [InlineData(StatusCode.Unimplemented, 1, false)]
    public async Task A_bulk_is_sent_again_for_gRPC_codes_of_the_policy(StatusCode code, int attempts, bool dead)
    {
        await using var app = await GrpcApp.StartAsync(state =>
        {
            state.OnBulk = request =>
                throw new RpcException(
                    new Status(request.Entries[0].CloudEvent.Data.ToStringUtf8() == "case" ? code : StatusCode.InvalidArgument, "refused")
                );
            state.Subscriptions.Subscriptions.Add(
                new TopicSubscription
                {
                    PubsubName = "events",
                    Topic = "many",
                    DeadLetterTopic = "dead",
                    BulkSubscribe = new BulkSubscribeConfig
                    {
                        Enabled = true,
                        MaxMessagesCount = 1,
                        MaxAwaitDurationMs = 100,
                    },
                }
            );
            state.Subscriptions.Subscriptions.Add(new TopicSubscription { PubsubName = "events", Topic = "dead" });
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
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
                          unavailable: { policy: constant, duration: 1ms, maxRetries: 2, matching: { gRPCStatusCodes: "14" } }
                      targets:
                        components:
                          events: { inbound: { retry: unavailable } }
                    """,
                ],
            }
        );
        foreach (var data in (string[])["case", "end"])
        {
            await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/many", data, "text/plain").SucceedsAsync();
        }
        var failed = (await app.State.NextEventAsync()).Event.Data.ToStringUtf8();
        Assert.Equal(dead ? "case" : "end", failed);
        var sent = new List<string>();
        while (app.State.Bulks.Reader.TryRead(out var got))
        {
            sent.Add(got.Bulk.Entries[0].CloudEvent.Data.ToStringUtf8());
        }
        Assert.Equal(attempts, sent.Count(data => data == "case"));
    }
}
