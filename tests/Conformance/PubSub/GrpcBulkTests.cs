using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace Conformance.PubSub;

public sealed class InMemoryGrpcBulkTests : GrpcBulkTests<InMemoryBroker>;

public sealed class SqliteGrpcBulkTests : GrpcBulkTests<SqliteBroker>;

public sealed class RedisGrpcBulkTests : GrpcBulkTests<PatientRedisBroker>;

/// <summary>Bulks of a gRPC app with an event that can't be converted for it.</summary>
public abstract class GrpcBulkTests<TDriver>
    where TDriver : BrokerDriver, new()
{
    private const string NumberAsText =
        """{"id":"number","source":"s","type":"t","specversion":"1.0","datacontenttype":"text/plain","data":5}""";

    [SkippableFact]
    public async Task An_event_that_does_not_match_its_content_type_fails_alone()
    {
        var driver = new TDriver();
        Skip.IfNot(driver.Missing is null, driver.Missing);
        await driver.StartAsync();
        await using var app = await GrpcApp.StartAsync(state =>
        {
            state.Subscriptions.Subscriptions.Add(
                new TopicSubscription
                {
                    PubsubName = "events",
                    Topic = "mixed",
                    DeadLetterTopic = "dead",
                    BulkSubscribe = new BulkSubscribeConfig
                    {
                        Enabled = true,
                        MaxMessagesCount = 2,
                        MaxAwaitDurationMs = 500,
                    },
                }
            );
            state.Subscriptions.Subscriptions.Add(
                new TopicSubscription
                {
                    PubsubName = "events",
                    Topic = "dead",
                    Metadata = { ["rawPayload"] = "true" },
                }
            );
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Resources = [driver.Component("events")],
            }
        );
        await sidecar.Grpc.BulkPublishEventAsync(
            new BulkPublishRequest
            {
                PubsubName = "events",
                Topic = "mixed",
                Entries = { Entry("1", NumberAsText, "application/cloudevents+json"), Entry("2", "text", "text/plain") },
            }
        );

        // daprd puts an empty entry in the place of the other event.
        var delivered = new List<TopicEventBulkRequestEntry>();
        while (delivered.Count == 0)
        {
            delivered.AddRange((await app.State.NextBulkAsync()).Bulk.Entries.Where(entry => entry.CloudEvent is not null));
        }
        Assert.Equal("text", Assert.Single(delivered).CloudEvent.Data.ToStringUtf8());
        var dead = JsonDocument.Parse((await app.State.NextEventAsync()).Event.Data.Memory).RootElement;
        Assert.Equal("number", dead.GetProperty("id").GetString());
        Assert.False(app.State.Events.Reader.TryRead(out _));
    }

    private static BulkPublishRequestEntry Entry(string id, string data, string contentType) =>
        new()
        {
            EntryId = id,
            Event = ByteString.CopyFromUtf8(data),
            ContentType = contentType,
        };
}
