using System.Text.Json;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceDefaults.Events;
using ServiceDefaults.Startup;
using TopicEventResponseStatus = Dapr.AppCallback.Autogen.Grpc.v1.TopicEventResponse.Types.TopicEventResponseStatus;

namespace Orders.Grpc.Following;

/// <summary>Takes events over gRPC, as Dapr delivers them to an app of that protocol. Subscriptions are declared in components/.</summary>
internal sealed class OrderEvents(OrderFeed feed, DeliveryFailures failures, IConfiguration configuration) : AppCallback.AppCallbackBase
{
    public override Task<ListTopicSubscriptionsResponse> ListTopicSubscriptions(Empty request, ServerCallContext context) =>
        Task.FromResult(new ListTopicSubscriptionsResponse());

    public override Task<ListInputBindingsResponse> ListInputBindings(Empty request, ServerCallContext context) =>
        Task.FromResult(new ListInputBindingsResponse());

    public override async Task<TopicEventResponse> OnTopicEvent(TopicEventRequest request, ServerCallContext context) =>
        new() { Status = await HandleAsync(request.Id, request.Data, request.Extensions, context.CancellationToken) };

    /// <summary>A bulk is answered event by event. Raw events have no envelope and are dropped: orders publishes none.</summary>
    public override async Task<TopicEventBulkResponse> OnBulkTopicEvent(TopicEventBulkRequest request, ServerCallContext context)
    {
        var answer = new TopicEventBulkResponse();
        foreach (var entry in request.Entries)
        {
            var received = entry.CloudEvent ?? new TopicEventCERequest { Id = entry.EntryId };
            var status = await HandleAsync(received.Id, received.Data, received.Extensions, context.CancellationToken);
            answer.Statuses.Add(new TopicEventBulkResponseEntry { EntryId = entry.EntryId, Status = status });
        }
        return answer;
    }

    private async Task<TopicEventResponseStatus> HandleAsync(
        string eventId,
        ByteString data,
        Struct? extensions,
        CancellationToken cancellation
    )
    {
        if (
            extensions?.Fields.TryGetValue(ReplayedEvents.Attribute, out var meant) == true
            && ReplayedEvents.AreForAnother(meant.StringValue, configuration["APP_ID"])
        )
        {
            return TopicEventResponseStatus.Success; // a dead letter of another app, put back on the topic
        }
        if (OrderIdOf(data) is not { } orderId)
        {
            await failures.ReportAsync(eventId, Delivery.DropBecause("The event names no order."), cancellation);
            return TopicEventResponseStatus.Drop;
        }
        await feed.PublishAsync(orderId, cancellation);
        return TopicEventResponseStatus.Success;
    }

    private static string? OrderIdOf(ByteString json)
    {
        try
        {
            using var data = JsonDocument.Parse(json.Memory);
            return data.RootElement.ValueKind == JsonValueKind.Object && data.RootElement.TryGetProperty("orderId", out var id)
                ? id.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // no event of an order: dropped by the caller, to the dead letters
        }
    }
}

/// <summary>Dapr's probe of apps that speak gRPC: UNAVAILABLE until the app is set up.</summary>
internal sealed class AppHealth(StartupState startup) : AppCallbackHealthCheck.AppCallbackHealthCheckBase
{
    public override Task<HealthCheckResponse> HealthCheck(Empty request, ServerCallContext context) =>
        startup.IsReady
            ? Task.FromResult(new HealthCheckResponse())
            : throw new RpcException(new Status(StatusCode.Unavailable, "startup tasks are running"));
}
