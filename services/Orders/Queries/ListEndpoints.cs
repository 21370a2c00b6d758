using Orders.Services;
using Orders.Views;
using ServiceDefaults.Events;
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

    private static async Task<IResult> ListAsync(
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
    private static async Task<IResult> ChargedAsync(string? cursor, int? limit, OrderPages pages, CancellationToken cancellation) =>
        (await pages.ReadAsync(new PageRequest(ViewLists.ChargedThoughCancelled, cursor, limit), cancellation)).ToResult(TypedResults.Ok);

    private static async Task<IResult> InterventionsAsync(
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
                new
                {
                    items = found.Items.SelectMany(order =>
                        order
                            .Interventions!.Where(one => one.Decision is not null == decided)
                            .Select(one => new
                            {
                                one.InterventionId,
                                order.OrderId,
                                order.CustomerId,
                                one.Step,
                                one.Error,
                                one.Attempts,
                                one.Since,
                                AgeSeconds = (long)(time.GetUtcNow() - one.Since).TotalSeconds,
                                one.Decision,
                                one.Note,
                                one.Operator,
                                one.DecidedAt,
                                History = order.Interventions,
                            })
                    ),
                    found.NextCursor,
                }
            )
        );
    }

    private static async Task<IResult> ApprovalsAsync(string? cursor, int? limit, OrderPages pages, CancellationToken cancellation) =>
        (await pages.ReadAsync(new PageRequest(ViewLists.Approvals, cursor, limit), cancellation)).ToResult(TypedResults.Ok);
}
