using Microsoft.AspNetCore.Http.HttpResults;
using Orders.Streams;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Approving;

internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/operations/approvals/{orderId}", DecideAsync).Admit(CallerKinds.Operators);

    private static async Task<Results<Accepted<ApprovalDecision>, ProblemHttpResult>> DecideAsync(
        string orderId,
        ApprovalRequest request,
        Caller caller,
        OrderStreams streams,
        CancellationToken cancellation
    )
    {
        if (request.Decision is not ("approve" or "reject"))
        {
            return Refusal.Invalid("decision-invalid", $"decision must be approve or reject, not '{request.Decision}'.").ToProblem();
        }
        if (OperatorNote.Check(request.Note) is { } tooLong)
        {
            return tooLong.ToProblem();
        }
        var decided = await streams.AppendAsync(
            orderId,
            order => ApprovalRules.Decide(order, request.Decision == "approve", caller.OperatorName, request.Note),
            cancellation
        );
        return decided.ToResult(_ =>
            TypedResults.Accepted(
                $"/api/orders/{orderId}",
                new ApprovalDecision(orderId, request.Decision, request.Note, caller.OperatorName)
            )
        );
    }

    private sealed record ApprovalDecision(string OrderId, string Decision, string? Note, string? Operator);

    private sealed record ApprovalRequest(string? Decision, string? Note);
}
