using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Orders.Ordering;
using Orders.Streams;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Intervening;

internal static class InterventionEndpoints
{
    public static void MapInterventions(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/operations/interventions/{interventionId}", DecideAsync).Admit(CallerKinds.Operators);

    public static string IdOf(string orderId, int number) => $"{orderId}.{number}";

    private static async Task<Results<Accepted<InterventionDecision>, ProblemHttpResult>> DecideAsync(
        string interventionId,
        DecideRequest request,
        Caller caller,
        OrderStreams streams,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (InterventionRules.DecisionOf(request.Decision) is not { } decision)
        {
            return Refusal.Invalid("decision-invalid", $"decision must be retry, skip or resolved, not '{request.Decision}'.").ToProblem();
        }
        if (OperatorNote.Check(request.Note) is { } tooLong)
        {
            return tooLong.ToProblem();
        }
        var (orderId, number) = Parse(interventionId);
        var decided = await streams.AppendAsync(
            orderId,
            order => InterventionRules.Decide(order, number, decision, request.Note, caller.OperatorName, time.GetUtcNow()),
            cancellation
        );
        if (decided.Refusal is { Kind: RefusalKind.NotFound })
        {
            return InterventionRules.Missing.ToProblem(); // the id names no order either
        }
        return decided.ToResult(_ =>
            TypedResults.Accepted(
                $"/api/orders/{orderId}",
                new InterventionDecision(interventionId, orderId, decision, request.Note, caller.OperatorName)
            )
        );
    }

    private static (string OrderId, int Number) Parse(string id) =>
        id.LastIndexOf('.') is > 0 and var dot
        && int.TryParse(id[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (id[..dot], number)
            : (id, 0);

    private sealed record InterventionDecision(
        string InterventionId,
        string OrderId,
        OperatorDecision Decision,
        string? Note,
        string? Operator
    );

    private sealed record DecideRequest(string? Decision, string? Note);
}
