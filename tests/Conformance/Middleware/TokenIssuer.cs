using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Conformance.Middleware;

/// <summary>Signs tokens with its own key, and publishes it as OpenID Connect requires.</summary>
internal sealed class TokenIssuer(string address)
{
    private readonly RSA key = RSA.Create(2048);

    public string Address => address;

    public string Discovery => JsonSerializer.Serialize(new { issuer = address, jwks_uri = address + "/keys" });

    public string Keys
    {
        get
        {
            var open = key.ExportParameters(false);
            return JsonSerializer.Serialize(
                new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = "RSA",
                            use = "sig",
                            alg = "RS256",
                            kid = "one",
                            n = Text(open.Modulus!),
                            e = Text(open.Exponent!),
                        },
                    },
                }
            );
        }
    }

    public string Token(string audience, bool namesKey = true, bool expires = true)
    {
        var header = namesKey ? """{"alg":"RS256","typ":"JWT","kid":"one"}""" : """{"alg":"RS256","typ":"JWT"}""";
        var claims = new Dictionary<string, object> { ["iss"] = address, ["aud"] = audience };
        if (expires)
        {
            claims["exp"] = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        }
        var content = $"{Text(Encoding.UTF8.GetBytes(header))}.{Text(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{content}.{Text(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
