using Microsoft.AspNetCore.Http.HttpResults;
using Orders.Views;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Queries;

internal static class ListEndpoints
{
    public static void MapLists(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/orders", ListAsync).Admit(CallerKinds.Customers | CallerKinds.Operators);
        routes.MapGet("/operations/interventions", InterventionsAsync).Admit(CallerKinds.Operators);
        routes.MapGet("/operations/approvals", ApprovalsAsync).Admit(CallerKinds.Operators);
        routes.MapGet("/operations/charged-orders", ChargedAsync).Admit(CallerKinds.Operators);
    }

    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> ListAsync(
        string? customerId,
        string? status,
        string? cursor,
        int? limit,
        Caller caller,
        OrderPages pages,
        CancellationToken cancellation
    )
    {
        if (customerId is not null && !caller.MaySee(customerId))
        {
            return Refusal
                .Forbidden("customer-not-yours", "A customer lists the customer's own orders; leave customerId out, or give your own.")
                .ToProblem();
        }
        customerId ??= caller.CustomerId;
        if (customerId is not null && Identifier.Check(customerId, "customerId", "customer-id-invalid") is { } invalid)
        {
            return invalid.ToProblem();
        }
        if (status is not null && !ViewLists.Statuses.Contains(status))
        {
            return Refusal
                .Invalid("status-invalid", $"status must be one of {string.Join(", ", ViewLists.Statuses)}, not '{status}'.")
                .ToProblem();
        }
        return (await pages.ReadAsync(new PageRequest(ViewLists.Of(customerId, status), cursor, limit), cancellation)).ToResult(page =>
            TypedResults.Ok(page with { Items = [.. page.Items.Select(order => order.For(caller))] })
        );
    }

    /// <summary>Orders that are cancelled although the customer is still charged, because an operator has skipped the refund.</summary>
    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> ChargedAsync(
        string? cursor,
        int? limit,
        OrderPages pages,
        CancellationToken cancellation
    ) => (await pages.ReadAsync(new PageRequest(ViewLists.ChargedThoughCancelled, cursor, limit), cancellation)).ToResult(TypedResults.Ok);

    private static async Task<Results<Ok<InterventionPage>, ProblemHttpResult>> InterventionsAsync(
        string? state,
        string? cursor,
        int? limit,
        OrderPages pages,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (state is not (null or "open" or "decided"))
        {
            return Refusal.Invalid("state-invalid", $"state must be open or decided, not '{state}'.").ToProblem();
        }
        var decided = state == "decided";
        var page = await pages.ReadAsync(
            new PageRequest(decided ? ViewLists.DecidedInterventions : ViewLists.OpenInterventions, cursor, limit),
            cancellation
        );
        return page.ToResult(found =>
            TypedResults.Ok(
                new InterventionPage(
                    [
                        .. found.Items.SelectMany(order =>
                            order
                                .Interventions!.Where(one => one.Decision is not null == decided)
                                .Select(one => ListedIntervention.Of(order, one, time.GetUtcNow()))
                        ),
                    ],
                    found.NextCursor
                )
            )
        );
    }

    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> ApprovalsAsync(
        string? cursor,
        int? limit,
        OrderPages pages,
        CancellationToken cancellation
    ) => (await pages.ReadAsync(new PageRequest(ViewLists.Approvals, cursor, limit), cancellation)).ToResult(TypedResults.Ok);

    private sealed record InterventionPage(IReadOnlyList<ListedIntervention> Items, string? NextCursor);

    /// <summary>An intervention with its order. <paramref name="History"/>: all interventions of the order.</summary>
    private sealed record ListedIntervention(
        string InterventionId,
        string OrderId,
        string CustomerId,
        string Step,
        string Error,
        int Attempts,
        DateTimeOffset Since,
        long AgeSeconds,
        string? Decision,
        string? Note,
        string? Operator,
        DateTimeOffset? DecidedAt,
        IReadOnlyList<InterventionView>? History
    )
    {
        public static ListedIntervention Of(OrderView order, InterventionView one, DateTimeOffset now) =>
            new(
                one.InterventionId,
                order.OrderId,
                order.CustomerId,
                one.Step,
                one.Error,
                one.Attempts,
                one.Since,
                (long)(now - one.Since).TotalSeconds,
                one.Decision,
                one.Note,
                one.Operator,
                one.DecidedAt,
                order.Interventions
            );
    }
}
