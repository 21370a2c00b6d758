using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ServiceDefaults;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Placing;

/// <summary>
/// The header <c>Idempotency-Key</c>: with one, the order's id follows from customer and key, so that the same key is the same order by
/// construction, and no key reaches another customer's order. Source: IETF draft "The Idempotency-Key HTTP Header Field".
/// </summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    public static Outcome<string> OrderId(string? key, string customerId) =>
        key switch
        {
            null => Guid.CreateVersion7().ToString("N"),
            { Length: 0 or > MaxLength } => Refusal.Invalid("idempotency-key-invalid", $"{Header} must have 1 to {MaxLength} characters."),
            _ => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{customerId}\n{key}")))[..32],
        };

    /// <summary>
    /// A hash of the request's meaning: the order of JSON fields does not matter, nor whether a default is given explicitly.
    /// </summary>
    public static string HashOf(PlaceOrder request) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(request with { Saga = request.Saga ?? SagaKinds.Orchestration }, Json.Options)
            )
        );
}
