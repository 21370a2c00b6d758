using Orders.Ordering;

namespace Orders.Views;

/// <summary>Stored format: which generation of the views is shown, and which is being built beside it.</summary>
internal sealed record Generation(int Current, int? Building)
{
    public static readonly Generation First = new(0, null);

    public IEnumerable<int> All() => Building is { } building ? [Current, building] : [Current];
}

/// <summary>Stored format: the keys of the read model.</summary>
internal static class ViewKeys
{
    public const string Generation = "generation";

    public static string View(int generation, string orderId) => $"view-{generation}-{orderId}";

    public static string Root(int generation, string list) => $"list-{generation}-{list}";

    public static string Bucket(int generation, string list, long bucket) => $"list-{generation}-{list}-{bucket}";

    public static string CustomerName(string customerId) => $"customer-{Uri.EscapeDataString(customerId)}";
}

/// <summary>Stored format: the lists an order is on.</summary>
internal static class ViewLists
{
    public const string All = "all";
    public const string OpenInterventions = "interventions";
    public const string DecidedInterventions = "interventions-decided";
    public const string Approvals = "approvals";
    public const string ChargedThoughCancelled = "charged-though-cancelled";

    public static readonly IReadOnlySet<string> Statuses = new HashSet<string>(
        [.. Enum.GetNames<OrderStatus>().Select(name => name.ToLowerInvariant()), "intervention", OrderView.Cancelling],
        StringComparer.Ordinal
    );

    public static string Of(string? customerId, string? status) =>
        (customerId, status) switch
        {
            (null, null) => All,
            (null, _) => $"status:{status}",
            (_, null) => $"customer:{Uri.EscapeDataString(customerId)}",
            _ => $"customer:{Uri.EscapeDataString(customerId)}:{status}",
        };

    public static IReadOnlySet<string> Of(OrderView view)
    {
        var lists = new HashSet<string>(StringComparer.Ordinal)
        {
            All,
            Of(view.CustomerId, null),
            Of(null, view.Status),
            Of(view.CustomerId, view.Status),
        };
        if (view.Interventions?.Any(one => one.Decision is null) == true)
        {
            lists.Add(OpenInterventions);
        }
        if (view.Interventions?.Any(one => one.Decision is not null) == true)
        {
            lists.Add(DecidedInterventions);
        }
        if (view.IsChargedThoughCancelled)
        {
            lists.Add(ChargedThoughCancelled);
        }
        if (view.Approval is { State: "waiting" })
        {
            lists.Add(Approvals);
        }
        return lists;
    }
}
