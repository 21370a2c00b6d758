using Conformance.Apps;
using Conformance.Running;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using Answer = Dapr.AppCallback.Autogen.Grpc.v1.TopicEventResponse.Types.TopicEventResponseStatus;

namespace Conformance.PubSub;

/// <summary>Streaming subscriptions beside each other, beside those of the app, and when things fail.</summary>
public sealed class StreamTests
{
    private static readonly string Events = Yaml.Component("events", "pubsub.in-memory");

    [Fact]
    public async Task Every_stream_of_a_topic_gets_every_event()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Events] });
        using var one = await OpenAsync(sidecar, "shared");
        using var two = await OpenAsync(sidecar, "shared");
        using var other = await OpenAsync(sidecar, "other");
        for (var i = 0; i < 50; i++)
        {
            // The broker delivers within the publish, so it is over when both have answered.
            var publishing = PublishAsync(sidecar, "shared", $"{i}");
            foreach (var stream in new[] { one, two })
            {
                var got = await NextAsync(stream);
                Assert.Equal($"{i}", got.Data.ToStringUtf8());
                await AnswerAsync(stream, got, Answer.Success);
            }
            await publishing;
        }
        var last = PublishAsync(sidecar, "other", "x");
        var alone = await NextAsync(other);
        Assert.Equal("x", alone.Data.ToStringUtf8());
        await AnswerAsync(other, alone, Answer.Success);
        await last;
        var metadata = await sidecar.Grpc.GetMetadataAsync(new());
        Assert.Equal(3, metadata.Subscriptions.Count(subscription => subscription.Type == PubsubSubscriptionType.Streaming));
    }

    [Fact]
    public async Task An_event_that_a_stream_retries_is_redelivered_as_often_as_the_policy_allows()
    {
        const string Retries = """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: policies }
            spec:
              policies:
                retries:
                  some: { policy: constant, duration: 10ms, maxRetries: 4 }
              targets:
                components:
                  events: { inbound: { retry: some } }
            """;
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Events, Retries] });
        using var stream = await OpenAsync(sidecar, "a");
        await PublishAsync(sidecar, "a", "first");
        var first = await NextAsync(stream);
        await AnswerAsync(stream, first, Answer.Retry);
        var again = await NextAsync(stream);
        Assert.Equal((first.Id, "first"), (again.Id, again.Data.ToStringUtf8()));
        await AnswerAsync(stream, again, Answer.Retry);
        await AnswerAsync(stream, await NextAsync(stream), Answer.Drop);
        await PublishAsync(sidecar, "a", "second");
        Assert.Equal("second", (await NextAsync(stream)).Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_stream_receives_events_while_the_app_is_unhealthy()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/healthz", 500);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Events],
                AppPort = app.PortNumber,
                Flags = ["--enable-app-health-check", "--app-health-probe-interval=1", "--app-health-threshold=1"],
                AwaitReady = false,
            }
        );
        using var stream = await OpenAsync(sidecar, "a");
        await PublishAsync(sidecar, "a", "event");
        Assert.Equal("event", (await NextAsync(stream)).Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_stream_does_not_change_the_apps_own_subscriptions()
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes("""[{"pubsubname":"events","topic":"a","route":"/code"}]""");
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Events], AppPort = app.PortNumber });
        var stream = await OpenAsync(sidecar, "a");
        await PublishAsync(sidecar, "a", "1");
        await AnswerAsync(stream, await NextAsync(stream), Answer.Success);
        await CompleteAsync(stream);
        stream.Dispose();
        await PublishAsync(sidecar, "a", "2");
        await app.NextAsync("/code");
        Assert.Equal(PubsubSubscriptionType.Programmatic, Assert.Single((await sidecar.Grpc.GetMetadataAsync(new())).Subscriptions).Type);
    }

    [Fact]
    public async Task A_stream_completed_by_its_subscriber_ends_despite_an_unanswered_event()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Events] });
        using var stream = await OpenAsync(sidecar, "a");
        await PublishAsync(sidecar, "a", "1");
        await NextAsync(stream);
        await CompleteAsync(stream);
    }

    [Fact]
    public async Task A_second_initial_request_closes_only_its_stream()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Events] });
        using var stream = await OpenAsync(sidecar, "a");
        using var twice = await OpenAsync(sidecar, "b");
        await twice.RequestStream.WriteAsync(
            new()
            {
                InitialRequest = new() { PubsubName = "events", Topic = "b" },
            }
        );
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            twice.ResponseStream.MoveNext(CancellationToken.None).OrFail("the stream did not end")
        );
        Assert.Equal("duplicate initial request received", failure.Status.Detail);
        await PublishAsync(sidecar, "a", "1");
        await NextAsync(stream);
    }

    [Fact]
    public async Task An_event_dropped_by_a_stream_goes_to_its_dead_letter_topic()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Events] });
        using var graveyard = await OpenAsync(sidecar, "graveyard");
        using var stream = await OpenAsync(sidecar, "a", "graveyard");
        await PublishAsync(sidecar, "a", "lost");
        await AnswerAsync(stream, await NextAsync(stream), Answer.Drop);
        var dead = await NextAsync(graveyard);
        Assert.Equal(("lost", "graveyard"), (dead.Data.ToStringUtf8(), dead.Topic));
    }

    private static async Task<AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>> OpenAsync(
        TestedSidecar sidecar,
        string topic,
        string? deadLetters = null
    )
    {
        var stream = sidecar.Grpc.SubscribeTopicEventsAlpha1();
        var initial = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = "events", Topic = topic };
        if (deadLetters is not null)
        {
            initial.DeadLetterTopic = deadLetters;
        }
        await stream.RequestStream.WriteAsync(new() { InitialRequest = initial });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("the subscription was not confirmed"));
        Assert.NotNull(stream.ResponseStream.Current.InitialResponse);
        return stream;
    }

    private static async Task<TopicEventRequest> NextAsync(
        AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> stream
    )
    {
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("no event came over the stream"));
        return stream.ResponseStream.Current.EventMessage;
    }

    private static Task AnswerAsync(
        AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> stream,
        TopicEventRequest got,
        Answer status
    ) =>
        stream.RequestStream.WriteAsync(
            new()
            {
                EventProcessed = new()
                {
                    Id = got.Id,
                    Status = new() { Status = status },
                },
            }
        );

    /// <summary>Completes the subscriber's side. The sidecar ends the stream with Go's error for the end of a stream.</summary>
    private static async Task CompleteAsync(
        AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> stream
    )
    {
        await stream.RequestStream.CompleteAsync();
        var ended = await Assert.ThrowsAsync<RpcException>(() =>
            stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("the stream did not end")
        );
        Assert.Equal((StatusCode.Unknown, "EOF"), (ended.StatusCode, ended.Status.Detail));
    }

    private static async Task PublishAsync(TestedSidecar sidecar, string topic, string text) =>
        await sidecar.Grpc.PublishEventAsync(
            new()
            {
                PubsubName = "events",
                Topic = topic,
                Data = ByteString.CopyFromUtf8(text),
                DataContentType = "text/plain",
            }
        );
}
