using Inventory.Stock;
using ServiceDefaults.Refusals;

namespace Inventory.Serializing;

internal enum StockOperation
{
    Reserve,
    Release,
    Ship,
    Expire,
}

/// <summary>
/// A change of an order's reservation. <paramref name="Ahead"/> are the products whose actors are still to be entered, in the one order in
/// which all callers enter them.
/// </summary>
internal sealed record StockRequest(StockOperation Act, string OrderId, IReadOnlyList<ReservationLine> Lines, IReadOnlyList<string> Ahead)
{
    /// <summary>The request that placed the order: an actor's turn has none of its own.</summary>
    public string? RequestId { get; init; }

    public bool IsFirst(string productId) => Lines.All(line => string.CompareOrdinal(productId, line.ProductId) <= 0);

    public static StockRequest For(StockOperation act, string orderId, IReadOnlyList<ReservationLine> lines) =>
        new(act, orderId, lines, [.. lines.Select(line => line.ProductId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])
        {
            RequestId = ServiceDefaults.Requests.RequestId.Current,
        };
}

/// <summary>
/// A value or a refusal, as transferred between service and actor. Public, with its members, because the SDK awaits an actor dynamically.
/// </summary>
public sealed record Answer<T>(T? Value, AnswerRefusal? Refusal)
{
    public static Answer<T> Of(Outcome<T> outcome) =>
        new(
            outcome.Value,
            outcome.Refusal is { } refusal ? new AnswerRefusal(RefusalStatuses.Of(refusal.Kind), refusal.Code, refusal.Detail) : null
        );

    public Outcome<T> ToOutcome() =>
        Refusal is null ? Value! : new Refusal(RefusalStatuses.KindOf(Refusal.Status), Refusal.Code, Refusal.Detail);
}

/// <summary>
/// A refusal in the form that every version of this service reads: instances of two versions call each other during an update.
/// </summary>
public sealed record AnswerRefusal(int Status, string Code, string Detail);
