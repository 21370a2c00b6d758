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
internal sealed partial class OrderEvents(
    OrderFeed feed,
    DeliveryFailures failures,
    IConfiguration configuration,
    ILogger<OrderEvents> logger
) : AppCallback.AppCallbackBase
{
    public override Task<ListTopicSubscriptionsResponse> ListTopicSubscriptions(Empty request, ServerCallContext context) =>
        Task.FromResult(new ListTopicSubscriptionsResponse());

    public override Task<ListInputBindingsResponse> ListInputBindings(Empty request, ServerCallContext context) =>
        Task.FromResult(new ListInputBindingsResponse());

    public override async Task<TopicEventResponse> OnTopicEvent(TopicEventRequest request, ServerCallContext context) =>
        new() { Status = StatusOf(await HandleAsync(request.Id, request.Data, request.Extensions, context.CancellationToken)) };

    /// <summary>
    /// A bulk is answered event by event; a dropped event is published to the dead-letter topic here. Raw events have no envelope and are
    /// dropped: orders publishes none. daprd retries an event that it can't convert, and sends an entry without an id in its place.
    /// </summary>
    public override async Task<TopicEventBulkResponse> OnBulkTopicEvent(TopicEventBulkRequest request, ServerCallContext context)
    {
        var statuses = await Task.WhenAll(
            request
                .Entries.Where(entry => entry.EntryId.Length > 0)
                .Select(async entry =>
                {
                    var received = entry.CloudEvent ?? EventEnvelope.OfRaw(request, entry);
                    var delivery = await HandleAsync(received.Id, received.Data, received.Extensions, context.CancellationToken);
                    if (delivery.Kind == DeliveryKind.Drop)
                    {
                        delivery = await failures.KeepAsync(EventEnvelope.Of(received), context.CancellationToken);
                    }
                    return new TopicEventBulkResponseEntry { EntryId = entry.EntryId, Status = StatusOf(delivery) };
                })
        );
        return new TopicEventBulkResponse { Statuses = { statuses } };
    }

    private async Task<Delivery> HandleAsync(string eventId, ByteString data, Struct? extensions, CancellationToken cancellation)
    {
        if (
            extensions?.Fields.TryGetValue(ReplayedEvents.Attribute, out var meant) == true
            && ReplayedEvents.AreForAnother(meant.StringValue, configuration["APP_ID"])
        )
        {
            return Delivery.Done; // a dead letter of another app, put back on the topic
        }
        var delivery = OrderIdOf(data) is { } orderId
            ? await PublishAsync(eventId, orderId, cancellation)
            : Delivery.DropBecause("The event names no order.");
        await failures.ReportAsync(eventId, delivery, cancellation);
        return delivery;
    }

    private static TopicEventResponseStatus StatusOf(Delivery delivery) =>
        delivery.Kind switch
        {
            DeliveryKind.Done => TopicEventResponseStatus.Success,
            DeliveryKind.Drop => TopicEventResponseStatus.Drop,
            _ => TopicEventResponseStatus.Retry,
        };

    /// <summary>A failure, also a time-out of orders, retries its own event and no other of the bulk.</summary>
    private async Task<Delivery> PublishAsync(string eventId, string orderId, CancellationToken cancellation)
    {
        try
        {
            await feed.PublishAsync(orderId, cancellation);
            return Delivery.Done;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return Delivery.DropBecause("There is no such order.");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(e, eventId, orderId);
            return Delivery.RetryBecause(e.Message);
        }
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

    [LoggerMessage(6001, LogLevel.Warning, "Event {EventId} of order {OrderId} could not be sent to the open streams and is retried")]
    private partial void LogFailed(Exception failure, string eventId, string orderId);
}

/// <summary>Dapr's probe of apps that speak gRPC: UNAVAILABLE until the app is set up.</summary>
internal sealed class AppHealth(StartupState startup) : AppCallbackHealthCheck.AppCallbackHealthCheckBase
{
    public override Task<HealthCheckResponse> HealthCheck(Empty request, ServerCallContext context) =>
        startup.IsReady
            ? Task.FromResult(new HealthCheckResponse())
            : throw new RpcException(new Status(StatusCode.Unavailable, "startup tasks are running"));
}
