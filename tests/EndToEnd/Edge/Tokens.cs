using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EndToEnd.Edge;

/// <summary>Creates invalid tokens, as an attacker would.</summary>
internal static class Tokens
{
    /// <summary>The key that the repository ships for development.</summary>
    private const string Key = "development-only, everybody can read this key: a deployment brings its own";

    public static string Make(
        object? header = null,
        string sub = "customer-1",
        string role = "customer",
        string issuer = "order-platform",
        string audience = "order-platform",
        TimeSpan? expires = null,
        string key = Key,
        bool signed = true
    )
    {
        var now = TimeProvider.System.GetUtcNow();
        var body = new
        {
            sub,
            role,
            iss = issuer,
            aud = audience,
            iat = (now - TimeSpan.FromDays(2)).ToUnixTimeSeconds(),
            nbf = (now - TimeSpan.FromDays(2)).ToUnixTimeSeconds(),
            exp = (now + (expires ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
        };
        var text =
            $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header ?? new { alg = "HS256", typ = "JWT" }))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(body))}";
        return $"{text}.{(signed ? Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text))) : "")}";
    }

    /// <summary>Returns a token with a changed payload and the old signature.</summary>
    public static string Tampered()
    {
        var honest = Make().Split('.');
        return $"{honest[0]}.{Make(sub: "customer-2").Split('.')[1]}.{honest[2]}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
