using Inventory.Stock;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Inventory.Reserving;

internal static class ReservationEndpoints
{
    private const int MaxLines = 100;

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
        if (
            request.Items is not { Count: > 0 and <= MaxLines } lines
            || lines.Any(line => line is null || !Identifier.IsValid(line.ProductId) || line.Quantity is <= 0 or > 10_000)
        )
        {
            return Refusal
                .Invalid("items-invalid", $"items must hold 1 to {MaxLines} lines with a product and a quantity from 1 to 10000.")
                .ToProblem();
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
