using Console.Edge;
using Console.Wording;
using ConsoleComponents.Languages;

namespace Console.Orders;

/// <summary>Something that a person may do to an order as it stands. The gateway decides whether it still can be done.</summary>
public sealed record OrderAction(Phrase Title, string Path, Func<string?, object> Body, bool Undoes = false, bool NeedsNote = false)
{
    public static IReadOnlyList<OrderAction> PossibleFor(OrderView order, bool isOperator)
    {
        var id = Uri.EscapeDataString(order.OrderId);
        var actions = new List<OrderAction>();
        if (isOperator && order.Approval is { State: "waiting" })
        {
            actions.Add(new OrderAction(Phrases.Approve, $"/api/operations/approvals/{id}", note => new { decision = "approve", note }));
            actions.Add(
                new OrderAction(Phrases.Reject, $"/api/operations/approvals/{id}", note => new { decision = "reject", note }, Undoes: true)
            );
        }
        if (isOperator && order.Interventions?.LastOrDefault(one => one.Decision is null) is { } open)
        {
            actions.AddRange(OfIntervention(open.InterventionId));
        }
        if (isOperator && order.Status == "confirmed")
        {
            actions.Add(new OrderAction(Phrases.Ship, $"/api/operations/shipments/{id}/ship", _ => new { }));
        }
        if (isOperator && order.Status == "shipped")
        {
            actions.Add(new OrderAction(Phrases.Deliver, $"/api/operations/shipments/{id}/deliver", _ => new { }));
        }
        if (order is { Status: "pending" or "confirmed", CancelRequested: not true })
        {
            actions.Add(new OrderAction(Phrases.Cancel, $"/api/orders/{id}/cancel", reason => new { reason }, Undoes: true));
        }
        return actions;
    }

    public static IReadOnlyList<OrderAction> OfIntervention(string interventionId)
    {
        var path = $"/api/operations/interventions/{Uri.EscapeDataString(interventionId)}";
        return
        [
            new OrderAction(Phrases.Retry, path, note => new { decision = "retry", note }),
            new OrderAction(Phrases.Resolved, path, note => new { decision = "resolved", note }),
            new OrderAction(Phrases.Skip, path, note => new { decision = "skip", note }, Undoes: true),
        ];
    }

    public static IReadOnlyList<OrderAction> OfDeadLetter(string id)
    {
        var path = $"/api/operations/dead-letters/{Uri.EscapeDataString(id)}";
        return
        [
            new OrderAction(Phrases.Replay, $"{path}/replay", note => new { note }),
            new OrderAction(Phrases.Discard, $"{path}/discard", note => new { note }, Undoes: true, NeedsNote: true),
        ];
    }
}
