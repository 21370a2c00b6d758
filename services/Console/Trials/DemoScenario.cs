using Console.Wording;
using ConsoleComponents.Languages;

namespace Console.Trials;

/// <summary>An order of the demo data whose outcome is known in advance.</summary>
/// <param name="CustomerId">The customer who has to order; null: any customer.</param>
public sealed record DemoScenario(
    string Key,
    Phrase Title,
    string ProductId = "product-1",
    string PaymentToken = "tok_ok",
    string? CustomerId = null,
    int Quantity = 1
)
{
    private const string Unserved = "customer-3";

    public static readonly IReadOnlyList<DemoScenario> All =
    [
        new("confirmed", Phrases.EndConfirmed),
        new("declined", Phrases.EndDeclined, PaymentToken: "tok_declined"),
        new("out-of-stock", Phrases.EndOutOfStock, ProductId: "product-11"),
        new("last-units", Phrases.EndLastUnits, ProductId: "product-12", Quantity: 50),
        new("not-served", Phrases.EndNotServed, CustomerId: Unserved),
        new("timeout", Phrases.EndTimeout, PaymentToken: "tok_timeout"),
        new("flaky", Phrases.EndFlaky, PaymentToken: "tok_flaky"),
        new("refund-fails", Phrases.EndRefundFails, PaymentToken: "tok_refund_fails", CustomerId: Unserved),
        new("approval", Phrases.EndApproval, ProductId: "product-10", Quantity: 10_000),
    ];

    /// <summary>Customers order in their own name.</summary>
    public bool IsFor(string name, bool isOperator) => isOperator || CustomerId is null || CustomerId == name;

    public object Request(string customerId, string saga) =>
        new
        {
            customerId,
            items = new[] { new { productId = ProductId, quantity = Quantity } },
            paymentToken = PaymentToken,
            saga,
        };
}
