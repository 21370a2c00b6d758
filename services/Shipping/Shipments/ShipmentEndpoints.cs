using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;
using Shipping.Moving;

namespace Shipping.Shipments;

internal static class ShipmentEndpoints
{
    private const int MostRenewed = 100;

    public static void MapShipments(this IEndpointRouteBuilder routes)
    {
        var shipments = routes.MapGroup("/shipments/{orderId}").AdmitApps("orders");
        shipments.MapPost("/", ArrangeAsync);
        shipments.MapGet("/", FindAsync);
        shipments.MapPost("/cancel", CancelAsync);
        routes.MapPost("/shipments/renew", RenewAsync).AdmitApps("orders");
        var operations = routes.MapGroup("/operations/shipments/{orderId}").Admit(CallerKinds.Operators);
        operations.MapPost("/ship", ShipAsync);
        operations.MapPost("/deliver", DeliverAsync);
    }

    private static async Task<IResult> ArrangeAsync(
        string orderId,
        ArrangeRequest request,
        ShipmentStore shipments,
        Mover mover,
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
        await mover.WatchAsync(arranged.Value, cancellation);
        return arranged.ToResult(TypedResults.Ok);
    }

    private static async Task<IResult> FindAsync(string orderId, ShipmentStore shipments, CancellationToken cancellation) =>
        await shipments.FindAsync(orderId, cancellation) is { } found ? TypedResults.Ok(found) : Missing(orderId);

    private static async Task<IResult> CancelAsync(string orderId, ShipmentStore shipments, CancellationToken cancellation) =>
        (await shipments.ChangeAsync(orderId, ShipmentRules.Cancel, cancellation)).ToResult(TypedResults.Ok);

    private static Task<IResult> ShipAsync(string orderId, ShipmentStore shipments, CancellationToken cancellation) =>
        MoveAsync(orderId, ShipmentRules.Ship, shipments, cancellation);

    private static Task<IResult> DeliverAsync(string orderId, ShipmentStore shipments, CancellationToken cancellation) =>
        MoveAsync(orderId, ShipmentRules.Deliver, shipments, cancellation);

    /// <summary>Answers with the shipment as it is then.</summary>
    private static async Task<IResult> MoveAsync(
        string orderId,
        Func<Shipment, Decision<Shipment>> move,
        ShipmentStore shipments,
        CancellationToken cancellation
    ) =>
        await shipments.FindAsync(orderId, cancellation) is null
            ? Missing(orderId)
            : (await shipments.ChangeAsync(orderId, move, cancellation)).ToResult(moved => TypedResults.Ok(View(moved)));

    private static object View(Shipment shipment) =>
        new
        {
            shipment.OrderId,
            shipment.Status,
            shipment.Tracking,
            shipment.Since,
            shipment.Destination,
        };

    private static async Task<IResult> RenewAsync(
        RenewRequest request,
        ShipmentStore shipments,
        Mover mover,
        CancellationToken cancellation
    )
    {
        if (request.OrderIds is not { Count: > 0 and <= MostRenewed } ids || !ids.All(Identifier.IsValid))
        {
            return Refusal.Invalid("order-ids-invalid", $"orderIds must name 1 to {MostRenewed} orders.").ToProblem();
        }
        return TypedResults.Ok(new { renewed = await mover.RenewAsync(await shipments.FindAsync(ids, cancellation), cancellation) });
    }

    private static IResult Missing(string orderId) =>
        Refusal.NotFound("shipment-not-found", $"Order '{orderId}' has no shipment.").ToProblem();

    private sealed record RenewRequest(IReadOnlyList<string>? OrderIds);

    private sealed record ArrangeRequest(Destination? Destination);
}
