using Inventory.Stock;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Inventory.Reserving;

internal static class ReservationEndpoints
{
    /// <summary>The caller conducts the order itself and waits for no event.</summary>
    private const string Saga = SagaKinds.Orchestration;

    public static void MapReservations(this IEndpointRouteBuilder routes)
    {
        var reservations = routes.MapGroup("/reservations/{orderId}").AdmitApps("orders");
        reservations.MapPost("/", ReserveAsync);
        reservations.MapGet("/", FindAsync);
        reservations.MapPost("/release", ReleaseAsync);
        reservations.MapPost("/ship", ShipAsync);
    }

    private static async Task<Results<Ok<Reservation>, ProblemHttpResult>> ReserveAsync(
        string orderId,
        ReserveRequest request,
        ReservationService service,
        CancellationToken cancellation
    )
    {
        if (request.Items is not { } lines || !StockRules.AreValid(lines))
        {
            return Refusal.Invalid("items-invalid", StockRules.ValidLines).ToProblem();
        }
        var reservation = await service.ReserveAsync(orderId, lines, Saga, cancellation);
        return reservation.Status switch
        {
            ReservationStatus.Reserved or ReservationStatus.Sold => TypedResults.Ok(reservation),
            ReservationStatus.Failed => Refusal.Conflict(Reservation.OutOfStock, reservation.Reason!).ToProblem(),
            _ => Refusal.Conflict("reservation-released", $"The reservation of order '{orderId}' was released already.").ToProblem(),
        };
    }

    private static async Task<Results<Ok<Reservation>, ProblemHttpResult>> FindAsync(
        string orderId,
        StockStore stock,
        CancellationToken cancellation
    ) =>
        await stock.FindReservationAsync(orderId, cancellation) is { } found
            ? TypedResults.Ok(found)
            : Refusal.NotFound("reservation-not-found", $"Order '{orderId}' has no reservation.").ToProblem();

    private static async Task<Ok<Reservation>> ReleaseAsync(string orderId, ReservationService service, CancellationToken cancellation) =>
        TypedResults.Ok(await service.ReleaseAsync(orderId, Saga, cancellation));

    private static async Task<Results<Ok<Reservation>, ProblemHttpResult>> ShipAsync(
        string orderId,
        ReservationService service,
        CancellationToken cancellation
    ) => (await service.ShipAsync(orderId, Saga, cancellation)).ToResult(TypedResults.Ok);

    private sealed record ReserveRequest(IReadOnlyList<ReservationLine>? Items);
}
