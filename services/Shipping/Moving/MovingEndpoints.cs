using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;
using Shipping.Shipments;

namespace Shipping.Moving;

internal static class MovingEndpoints
{
    private const int MostRenewed = 100;

    public static void MapMoving(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/shipments/renew", RenewAsync).AdmitApps("orders");
        var operations = routes.MapGroup("/operations/shipments/{orderId}").Admit(CallerKinds.Operators);
        operations.MapPost("/ship", ShipAsync);
        operations.MapPost("/deliver", DeliverAsync);
    }

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

    private static IResult Missing(string orderId) => ShipmentRules.Missing(orderId).ToProblem();

    private sealed record RenewRequest(IReadOnlyList<string>? OrderIds);
}
