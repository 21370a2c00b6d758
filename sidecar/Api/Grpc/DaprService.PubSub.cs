using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.PubSub.Publishing;
using Sidecar.PubSub.Subscribing;

namespace Sidecar.Api.Grpc;

internal partial class DaprService
{
    public virtual async Task<Empty> PublishEvent(PublishEventRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        await Of(context).PubSub.PublishAsync(request.PubsubName, request.Topic, request.Data.Memory, request.DataContentType, request.Metadata, TraceParent.Of(http), http.Request.Headers["tracestate"].ToString(), context.CancellationToken);
        return new Empty();
    }

    public virtual async Task<BulkPublishResponse> BulkPublishEvent(BulkPublishRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var entries = request.Entries.Select(entry => new BulkEntry(entry.EntryId, entry.Event.Memory, entry.ContentType, entry.Metadata)).ToList();
        Of(context).PubSub.Demand(request.PubsubName, request.Topic);
        if (entries.Any(entry => entry.EntryId.Length == 0) || entries.DistinctBy(entry => entry.EntryId).Count() < entries.Count)
        {
            throw DaprErrors.BulkEvents(request.Topic, request.PubsubName, "entryId is duplicated or not present for entry");
        }
        var failed = await Of(context).PubSub.PublishManyAsync(request.PubsubName, request.Topic, entries, request.Metadata, TraceParent.Of(http), http.Request.Headers["tracestate"].ToString(), context.CancellationToken);
        var response = new BulkPublishResponse();
        response.FailedEntries.AddRange(failed.Select(entry => new BulkPublishResponseFailedEntry { EntryId = entry.EntryId, Error = entry.Error }));
        return response;
    }

    public virtual Task<BulkPublishResponse> BulkPublishEventAlpha1(BulkPublishRequest request, ServerCallContext context) => BulkPublishEvent(request, context);

    public virtual async Task SubscribeTopicEventsAlpha1(IAsyncStreamReader<SubscribeTopicEventsRequestAlpha1> requests, IServerStreamWriter<SubscribeTopicEventsResponseAlpha1> responses, ServerCallContext context)
    {
        var sidecar = Of(context);
        if (!await requests.MoveNext(context.CancellationToken) || requests.Current.InitialRequest is not { } initial)
        {
            throw DaprErrors.Malformed("initial request is required: the first message of the stream names pubsub and topic");
        }
        sidecar.PubSub.Demand(initial.PubsubName, initial.Topic);
        using var receiver = new StreamReceiver(responses);
        var wanted = new TopicSubscription(initial.PubsubName, initial.Topic, new EventRoute([], ""), initial.HasDeadLetterTopic ? initial.DeadLetterTopic : null, initial.Metadata, null, SubscriptionKind.Streaming);
        await receiver.SendAsync(new SubscribeTopicEventsResponseAlpha1 { InitialResponse = new() }, context.CancellationToken);
        await using var subscription = await sidecar.Subscriptions.TryStartAsync(wanted, receiver, context.CancellationToken)
            ?? throw DaprErrors.TopicForbidden(initial.Topic, sidecar.Options.AppId);
        while (await requests.MoveNext(context.CancellationToken))
        {
            if (requests.Current.EventProcessed is { } processed)
            {
                receiver.Answered(processed.Id, TopicEvents.Status(processed.Status?.Status ?? default));
            }
        }
    }
}
