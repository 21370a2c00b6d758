using Conformance.Running;
using Google.Protobuf;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.PubSub;

/// <summary>Apps and subscribers with gRPC.</summary>
public abstract partial class PubSubTests<TDriver>
{
    [SkippableFact]
    public async Task A_gRPC_app_gets_CloudEvents_attributes_as_fields_and_others_as_extensions()
    {
        await fixture
            .GrpcSidecar.Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.cloudevent.type=mine", """{"n":1}""")
            .SucceedsAsync();
        var (got, headers) = await fixture.GrpcApp.State.NextEventAsync();
        Assert.Equal(
            ("mine", "grpc-app", "plain", "events", "", "application/json", """{"n":1}"""),
            (got.Type, got.Source, got.Topic, got.PubsubName, got.Path, got.DataContentType, got.Data.ToStringUtf8())
        );
        Assert.Equal(
            ["pubsubname", "time", "topic", "traceid", "traceparent", "tracestate"],
            got.Extensions.Fields.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal("events", headers.GetValue("pubsubname"));
    }

    [SkippableFact]
    public async Task A_gRPC_app_gets_JSON_data_with_only_markup_escaped()
    {
        await fixture
            .GrpcSidecar.Http.SendAsync("POST", "/v1.0/publish/events/plain", "{\"text\":\"grün \\ud83d\\ude00 + \u3000 <&>\"}")
            .SucceedsAsync();
        var (got, _) = await fixture.GrpcApp.State.NextEventAsync();
        Assert.Equal("{\"text\":\"grün 😀 + \u3000 \\u003c\\u0026\\u003e\"}", got.Data.ToStringUtf8());
    }

    [SkippableFact]
    public async Task A_gRPC_app_gets_the_trace_as_text_and_in_binary_format()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await fixture
            .GrpcSidecar.Http.SendAsync("POST", "/v1.0/publish/events/plain", "{}", "application/json", ("traceparent", trace))
            .SucceedsAsync();
        var (_, headers) = await fixture.GrpcApp.State.NextEventAsync();
        Assert.Equal(trace, headers.GetValue("traceparent"));
        Assert.Equal(
            "00004bf92f3577b34da6a3ce929d0e0e47360100f067aa0ba902b70201",
            Convert.ToHexStringLower(headers.GetValueBytes("grpc-trace-bin")!)
        );
    }

    [SkippableFact]
    public async Task A_gRPC_app_gets_bulks_and_raw_text()
    {
        var publish = new Protos.BulkPublishRequest { PubsubName = "events", Topic = "bulk" };
        publish.Entries.AddRange(
            Enumerable
                .Range(0, 2)
                .Select(n => new Protos.BulkPublishRequestEntry
                {
                    EntryId = $"{n}",
                    Event = ByteString.CopyFromUtf8($"e{n}"),
                    ContentType = "text/plain",
                })
        );
        await fixture.GrpcSidecar.Grpc.BulkPublishEventAsync(publish);
        var entries = new List<Dapr.AppCallback.Autogen.Grpc.v1.TopicEventBulkRequestEntry>();
        while (entries.Count < 2)
        {
            var (bulk, headers) = await fixture.GrpcApp.State.NextBulkAsync();
            Assert.Equal((fixture.Driver.Gathers ? 2 : 1, "events"), (bulk.Entries.Count, headers.GetValue("pubsubname")));
            entries.AddRange(bulk.Entries);
        }
        Assert.Equal(["e0", "e1"], entries.Select(entry => entry.CloudEvent.Data.ToStringUtf8()).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal("", entry.ContentType)); // these brokers have none
    }

    [SkippableFact]
    public async Task A_streaming_subscriber_gets_events_and_answers_them()
    {
        using var stream = Grpc.SubscribeTopicEventsAlpha1();
        await stream.RequestStream.WriteAsync(
            new()
            {
                InitialRequest = new() { PubsubName = "events", Topic = "streamed" },
            }
        );
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("the subscription was not confirmed"));
        Assert.NotNull(stream.ResponseStream.Current.InitialResponse);
        foreach (var n in (int[])[1, 2])
        {
            await PublishAsync("streamed", $"{n}");
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("no event came over the stream"));
            var got = stream.ResponseStream.Current.EventMessage;
            Assert.Equal(($"{n}", "/"), (got.Data.ToStringUtf8(), got.Path));
            await stream.RequestStream.WriteAsync(
                new()
                {
                    EventProcessed = new() { Id = got.Id, Status = new() },
                }
            );
        }
        var metadata = await Grpc.GetMetadataAsync(new());
        Assert.Contains(metadata.Subscriptions, subscription =>
            subscription is { Topic: "streamed", Type: Protos.PubsubSubscriptionType.Streaming }
        );
    }

    [SkippableTheory]
    [InlineData("", "t", "pubsubName is required")]
    [InlineData("events", "", "topic is required")]
    [InlineData(
        "scoped",
        "narrow",
        "failed to create subscription for scoped: subscription to topic 'narrow' on pubsub 'scoped' is not allowed"
    )]
    public async Task A_stream_with_an_invalid_subscription_is_closed(string pubsub, string topic, string message)
    {
        using var stream = Grpc.SubscribeTopicEventsAlpha1();
        await stream.RequestStream.WriteAsync(
            new()
            {
                InitialRequest = new() { PubsubName = pubsub, Topic = topic },
            }
        );
        var failure = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal((StatusCode.Unknown, message), (failure.StatusCode, failure.Status.Detail));
    }
}
