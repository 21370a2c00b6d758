using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Placing;

/// <summary>A customer's order. Prices come from the catalogue.</summary>
internal sealed record PlaceOrder(string? CustomerId, IReadOnlyList<RequestedItem?>? Items, string? PaymentToken, string? Saga);

internal sealed record RequestedItem(string? ProductId, int Quantity);

/// <summary>The rules for a request alone, checked before customers and products are read.</summary>
internal static class PlaceOrderRules
{
    public const int MaxItems = 100;
    public const int MaxQuantity = 10_000;
    private const int MaxTokenLength = 200;

    public static Refusal? Check(PlaceOrder request)
    {
        if (Identifier.Check(request.CustomerId, "customerId", "customer-id-invalid") is { } unknown)
        {
            return unknown;
        }
        if (request.Items is not { Count: > 0 })
        {
            return Refusal.Invalid("items-empty", "items must hold at least one line.");
        }
        if (request.Items.Count > MaxItems)
        {
            return Refusal.Invalid("too-many-items", $"An order has at most {MaxItems} lines, not {request.Items.Count}.");
        }
        for (var i = 0; i < request.Items.Count; i++)
        {
            if (Identifier.Check(request.Items[i]?.ProductId, $"items[{i}].productId", "product-id-invalid") is { } invalid)
            {
                return invalid;
            }
            if (request.Items[i]!.Quantity is < 1 or > MaxQuantity)
            {
                return Refusal.Invalid(
                    "quantity-invalid",
                    $"items[{i}].quantity must be from 1 to {MaxQuantity}, not {request.Items[i]!.Quantity}."
                );
            }
        }
        if (!VisibleText.IsValid(request.PaymentToken, MaxTokenLength))
        {
            return Refusal.Invalid("payment-token-invalid", $"paymentToken must have 1 to {MaxTokenLength} visible characters.");
        }
        return request.Saga is null or SagaKinds.Orchestration or SagaKinds.Choreography
            ? null
            : Refusal.Invalid("saga-unknown", $"saga must be orchestration or choreography, not '{request.Saga}'.");
    }
}
