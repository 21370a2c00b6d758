using System.Text.Json;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceDefaults.Events;
using ServiceDefaults.Startup;

namespace Orders.Grpc.Following;

/// <summary>Takes events over gRPC, as Dapr delivers them to an app of that protocol. Subscriptions are declared in components/.</summary>
internal sealed class OrderEvents(OrderFeed feed, DeliveryFailures failures, IConfiguration configuration) : AppCallback.AppCallbackBase
{
    public override Task<ListTopicSubscriptionsResponse> ListTopicSubscriptions(Empty request, ServerCallContext context) =>
        Task.FromResult(new ListTopicSubscriptionsResponse());

    public override Task<ListInputBindingsResponse> ListInputBindings(Empty request, ServerCallContext context) =>
        Task.FromResult(new ListInputBindingsResponse());

    public override async Task<TopicEventResponse> OnTopicEvent(TopicEventRequest request, ServerCallContext context)
    {
        if (
            request.Extensions?.Fields.TryGetValue(ReplayedEvents.Attribute, out var meant) == true
            && ReplayedEvents.AreForAnother(meant.StringValue, configuration["APP_ID"])
        )
        {
            return new TopicEventResponse(); // a dead letter of another app, put back on the topic
        }
        if (OrderIdOf(request) is not { } orderId)
        {
            await failures.ReportAsync(request.Id, Delivery.DropBecause("The event names no order."), context.CancellationToken);
            return new TopicEventResponse { Status = TopicEventResponse.Types.TopicEventResponseStatus.Drop };
        }
        await feed.PublishAsync(orderId, context.CancellationToken);
        return new TopicEventResponse();
    }

    private static string? OrderIdOf(TopicEventRequest received)
    {
        try
        {
            using var data = JsonDocument.Parse(received.Data.Memory);
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
