using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.PubSub;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Publishing;
using Sidecar.PubSub.Subscribing;
using Sidecar.Tracing;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The pub/sub building block over gRPC.</summary>
[BindServiceMethod(typeof(PubSubService), nameof(Bind))]
internal class PubSubService
{
    public static void Bind(ServiceBinderBase binder, PubSubService service)
    {
        Unary<PublishEventRequest, Empty>(binder, nameof(PublishEvent));
        Unary<BulkPublishRequest, BulkPublishResponse>(binder, nameof(BulkPublishEvent));
        Unary<BulkPublishRequest, BulkPublishResponse>(binder, nameof(BulkPublishEventAlpha1));
        binder.AddMethod(
            ProtoMethod.Create<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>(
                Name,
                nameof(SubscribeTopicEventsAlpha1),
                MethodType.DuplexStreaming
            ),
            (DuplexStreamingServerMethod<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>?)null
        );
    }

    public virtual async Task<Empty> PublishEvent(PublishEventRequest request, ServerCallContext context)
    {
        Of(context).Blocks.PubSub.Demand(request.PubsubName, request.Topic);
        var trace = TraceContext.Of(context.GetHttpContext());
        var metadata = PublishMetadata.IsRaw(request.PubsubName, request.Metadata)
            // there is no envelope to hold them
            ? new Dictionary<string, string>(request.Metadata) { ["traceid"] = trace.InEvent, ["tracestate"] = trace.State }
            : Given(request.Metadata);
        await Of(context)
            .Blocks.PubSub.PublishAsync(
                new PublishTarget(request.PubsubName, request.Topic, metadata, trace),
                request.Data.Memory,
                request.DataContentType,
                context.CancellationToken
            );
        return new Empty();
    }

    public virtual async Task<BulkPublishResponse> BulkPublishEvent(BulkPublishRequest request, ServerCallContext context)
    {
        var api = Of(context).Blocks.PubSub;
        api.Demand(request.PubsubName, request.Topic);
        PublishMetadata.IsRaw(request.PubsubName, request.Metadata);
        if (
            request.Entries.Any(entry => entry.EntryId.Length == 0)
            || request.Entries.DistinctBy(entry => entry.EntryId).Count() < request.Entries.Count
        )
        {
            throw PubSubErrors.BulkEntryIdInvalid(request.Topic, request.PubsubName, api.AppId);
        }
        var target = new PublishTarget(request.PubsubName, request.Topic, request.Metadata, TraceContext.Of(context.GetHttpContext()));
        var failed = await api.PublishManyAsync(
            target,
            [
                .. request.Entries.Select(entry => new BulkEntry(
                    entry.EntryId,
                    entry.Event.Memory,
                    entry.ContentType,
                    Given(entry.Metadata)
                )),
            ],
            context.CancellationToken
        );
        // daprd fails the call even if only some entries have failed, and does not name them.
        return failed.Count == 0
            ? new BulkPublishResponse()
            : throw PubSubErrors.PublishFailed(request.Topic, request.PubsubName, failed[0].Error);
    }

    public virtual Task<BulkPublishResponse> BulkPublishEventAlpha1(BulkPublishRequest request, ServerCallContext context) =>
        BulkPublishEvent(request, context);

    public virtual async Task SubscribeTopicEventsAlpha1(
        IAsyncStreamReader<SubscribeTopicEventsRequestAlpha1> requests,
        IServerStreamWriter<SubscribeTopicEventsResponseAlpha1> responses,
        ServerCallContext context
    )
    {
        var subscriptions = Of(context).Blocks.Subscriptions;
        if (await InitialAsync(requests, context) is not { } initial)
        {
            return;
        }
        var wanted = new TopicSubscription(
            initial.PubsubName,
            initial.Topic,
            new EventRoute([], "/"),
            initial.HasDeadLetterTopic ? initial.DeadLetterTopic : null,
            initial.Metadata,
            null,
            SubscriptionKind.Streaming
        );
        Of(context).Blocks.PubSub.Demand(wanted.PubSub, wanted.Topic);
        if (subscriptions.Refusal(wanted) is { } refusal)
        {
            throw Unknown($"failed to create subscription for {wanted.PubSub}: {refusal}");
        }
        using var receiver = new StreamReceiver(responses);
        await using var subscription = await subscriptions.TryStartAsync(wanted, receiver, context.CancellationToken);
        await receiver.OpenAsync(context.CancellationToken);
        while (await NextAsync(requests, context))
        {
            if (requests.Current.EventProcessed is not { } processed)
            {
                throw Unknown("duplicate initial request received");
            }
            receiver.Answered(processed.Id, TopicEvents.Status(processed.Status?.Status ?? default));
        }
        if (!Stopping(context).IsCancellationRequested)
        {
            throw Unknown("EOF"); // how daprd ends a stream that its subscriber has completed
        }
    }

    /// <summary>Null if the sidecar ends before.</summary>
    private static async Task<SubscribeTopicEventsRequestInitialAlpha1?> InitialAsync(
        IAsyncStreamReader<SubscribeTopicEventsRequestAlpha1> requests,
        ServerCallContext context
    )
    {
        if (!await NextAsync(requests, context) || requests.Current.InitialRequest is not { } initial)
        {
            return Stopping(context).IsCancellationRequested ? null : throw Unknown("initial request is required");
        }
        return initial.PubsubName.Length == 0 ? throw Unknown("pubsubName is required")
            : initial.Topic.Length == 0 ? throw Unknown("topic is required")
            : initial;
    }

    /// <summary>A gRPC message can't tell empty metadata from none.</summary>
    private static IReadOnlyDictionary<string, string> Given(MapField<string, string> metadata) =>
        metadata.Count == 0 ? BrokerMessage.NoMetadata : metadata;

    /// <summary>daprd gives these failures no code of their own.</summary>
    private static RpcException Unknown(string message) => new(new Status(StatusCode.Unknown, message));
}
