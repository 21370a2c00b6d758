using Orders.Ordering;
using ServiceDefaults.Refusals;

namespace Orders.Intervening;

/// <summary>
/// Stored format: a compensation that keeps failing. <paramref name="Ordinal"/> counts the interventions of <paramref name="Step"/> in
/// <paramref name="Instance"/>, so that asking twice is asking once. An instance that is started again asks for the steps that still fail:
/// a decision about another step is none about this one.
/// </summary>
internal sealed record InterventionRequest(
    string OrderId,
    string Instance,
    int Ordinal,
    string Step,
    string Error,
    int Attempts,
    IReadOnlyList<SagaStep> Steps
);

/// <summary>The rules of interventions: an operator decides each of them once.</summary>
internal static class InterventionRules
{
    /// <summary>Null unless the text names one decision. The parser of enumerations would take <c>retry,skip</c> as well.</summary>
    public static OperatorDecision? DecisionOf(string? name) =>
        name?.ToLowerInvariant() switch
        {
            "retry" => OperatorDecision.Retry,
            "skip" => OperatorDecision.Skip,
            "resolved" => OperatorDecision.Resolved,
            _ => null,
        };

    public static Decision<OrderEvent> Require(Order order, InterventionRequest request, DateTimeOffset at) =>
        Find(order, request) is not null
            ? Decision.NothingToDo
            : new InterventionRequired(
                order.Interventions.Count + 1,
                request.Step,
                request.Error,
                Attempts(order, request),
                request.Instance,
                at,
                request.Steps
            );

    public static Intervention? Find(Order order, InterventionRequest request) =>
        order.Interventions.Where(one => one.Instance == request.Instance && one.Step == request.Step).ElementAtOrDefault(request.Ordinal);

    /// <summary>
    /// Decides once. The same decision by the same operator, with the same note, changes nothing: the answer to the first one may be lost
    /// after the write.
    /// </summary>
    public static Decision<OrderEvent> Decide(
        Order order,
        int number,
        OperatorDecision decision,
        string? note,
        string? who,
        DateTimeOffset at
    ) =>
        order.Interventions.FirstOrDefault(one => one.Number == number) switch
        {
            null => Missing,
            { Decided: { Operator: not null } same } when same == new InterventionDecided(number, decision, note, who, same.At) =>
                Decision.NothingToDo,
            { Decided: { } decided } => Refusal.Conflict(
                "intervention-closed",
                $"This intervention was decided already: {decided.Decision.ToString().ToLowerInvariant()} at {decided.At:O}."
            ),
            var one when one != order.OpenIntervention => Refusal.Conflict(
                "intervention-closed",
                "This intervention needs no decision any more: the order has gone on without one."
            ),
            _ => new InterventionDecided(number, decision, note, who, at),
        };

    public static Refusal Missing => Refusal.NotFound("intervention-not-found", "There is no such intervention.");

    /// <summary>Over all rounds that this step has seen.</summary>
    private static int Attempts(Order order, InterventionRequest request) =>
        request.Attempts + (order.Interventions.LastOrDefault(one => one.Step == request.Step)?.Attempts ?? 0);
}
