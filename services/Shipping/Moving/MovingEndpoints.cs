using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;
using Shipping.Shipments;

namespace Shipping.Moving;

internal static class MovingEndpoints
{
    private const int MaxRenewed = 100;

    public static void MapMoving(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/shipments/renew", RenewAsync).AdmitApps("orders");
        var operations = routes.MapGroup("/operations/shipments/{orderId}").Admit(CallerKinds.Operators);
        operations.MapPost("/ship", ShipAsync);
        operations.MapPost("/deliver", DeliverAsync);
    }

    private static Task<Results<Ok<ShipmentView>, ProblemHttpResult>> ShipAsync(
        string orderId,
        ShipmentStore shipments,
        CancellationToken cancellation
    ) => MoveAsync(orderId, ShipmentRules.Ship, shipments, cancellation);

    private static Task<Results<Ok<ShipmentView>, ProblemHttpResult>> DeliverAsync(
        string orderId,
        ShipmentStore shipments,
        CancellationToken cancellation
    ) => MoveAsync(orderId, ShipmentRules.Deliver, shipments, cancellation);

    /// <summary>Answers with the shipment as it is then.</summary>
    private static async Task<Results<Ok<ShipmentView>, ProblemHttpResult>> MoveAsync(
        string orderId,
        Func<Shipment, Decision<Shipment>> move,
        ShipmentStore shipments,
        CancellationToken cancellation
    ) =>
        await shipments.FindAsync(orderId, cancellation) is null
            ? Missing(orderId)
            : (await shipments.ChangeAsync(orderId, move, cancellation)).ToResult(moved => TypedResults.Ok(View(moved)));

    private static ShipmentView View(Shipment shipment) =>
        new(shipment.OrderId, shipment.Status, shipment.Tracking, shipment.Since, shipment.Destination);

    private static async Task<Results<Ok<RenewedShipments>, ProblemHttpResult>> RenewAsync(
        RenewRequest request,
        ShipmentStore shipments,
        ShipmentScheduler scheduler,
        CancellationToken cancellation
    )
    {
        if (request.OrderIds is not { Count: > 0 and <= MaxRenewed } ids || !ids.All(Identifier.IsValid))
        {
            return Refusal.Invalid("order-ids-invalid", $"orderIds must name 1 to {MaxRenewed} orders.").ToProblem();
        }
        return TypedResults.Ok(
            new RenewedShipments(await scheduler.RenewAsync(await shipments.FindAsync(ids, cancellation), cancellation))
        );
    }

    private static ProblemHttpResult Missing(string orderId) => ShipmentRules.Missing(orderId).ToProblem();

    private sealed record ShipmentView(
        string OrderId,
        ShipmentStatus Status,
        string? Tracking,
        DateTimeOffset? Since,
        Destination? Destination
    );

    private sealed record RenewedShipments(int Renewed);

    private sealed record RenewRequest(IReadOnlyList<string>? OrderIds);
}
