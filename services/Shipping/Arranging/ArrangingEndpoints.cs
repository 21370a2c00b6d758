using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;
using Shipping.Moving;
using Shipping.Shipments;

namespace Shipping.Arranging;

internal static class ArrangingEndpoints
{
    public static void MapArranging(this IEndpointRouteBuilder routes)
    {
        var shipments = routes.MapGroup("/shipments/{orderId}").AdmitApps("orders");
        shipments.MapPost("/", ArrangeAsync);
        shipments.MapGet("/", FindAsync);
        shipments.MapPost("/cancel", CancelAsync);
        routes.MapShipmentRequests();
    }

    private static async Task<Results<Ok<Shipment>, ProblemHttpResult>> ArrangeAsync(
        string orderId,
        ArrangeRequest request,
        ShipmentStore shipments,
        ShipmentScheduler scheduler,
        CancellationToken cancellation
    )
    {
        if (request.Destination is not { Country.Length: 2 } destination)
        {
            return Refusal
                .Invalid("destination-invalid", "destination must name name, line1, city, postalCode and a country of two letters.")
                .ToProblem();
        }
        // The tracking number follows from the order, so that a repeated request arranges the same parcel.
        var arranged = await shipments.ChangeAsync(
            orderId,
            before => ShipmentRules.Arrange(before, destination, $"TRK-{orderId}"),
            cancellation
        );
        await scheduler.ScheduleAsync(arranged.Value, cancellation);
        return arranged.ToResult(TypedResults.Ok);
    }

    private static async Task<Results<Ok<Shipment>, ProblemHttpResult>> FindAsync(
        string orderId,
        ShipmentStore shipments,
        CancellationToken cancellation
    ) => await shipments.FindAsync(orderId, cancellation) is { } found ? TypedResults.Ok(found) : Missing(orderId);

    private static async Task<Results<Ok<Shipment>, ProblemHttpResult>> CancelAsync(
        string orderId,
        ShipmentStore shipments,
        CancellationToken cancellation
    ) => (await shipments.ChangeAsync(orderId, ShipmentRules.Cancel, cancellation)).ToResult(TypedResults.Ok);

    private static ProblemHttpResult Missing(string orderId) => ShipmentRules.Missing(orderId).ToProblem();

    private sealed record ArrangeRequest(Destination? Destination);
}
