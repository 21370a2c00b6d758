using ServiceDefaults.Events;

namespace Payments.Charging;

internal static class PaymentRequestEndpoints
{
    public static void MapPaymentRequests(this IEndpointRouteBuilder routes)
    {
        routes.MapEvent<OrderNotification, PaymentRequests>("/events/payment-requested", (requests, received, cancellation) =>
            requests.ChargeAsync(received, cancellation)
        );
        routes.MapEvent<OrderNotification, PaymentRequests>("/events/refund-requested", (requests, received, cancellation) =>
            requests.RefundAsync(received, cancellation)
        );
        routes.MapEvent<OrderNotification, PaymentRequests>("/events/intervention-decided", (requests, received, cancellation) =>
            requests.RecordDecisionAsync(received, cancellation)
        );
    }
}
