using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sidecar.Cryptography.Keys;

/// <summary>JSON Web Keys (RFC 7517, 7518).</summary>
internal static class JwkReader
{
    /// <exception cref="CryptoException">It is no key.</exception>
    public static CryptoKey Read(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object)
        {
            throw new CryptoException("a JWK is a JSON object");
        }
        var key = Text(jwk, "kty") switch
        {
            "oct" => new CryptoKey { Secret = Required(jwk, "k") },
            "RSA" => new CryptoKey { Rsa = Rsa(jwk) },
            "EC" or "OKP" when Text(jwk, "crv").Length > 0 && Required(jwk, "x").Length > 0 => new CryptoKey(),
            var other => throw new CryptoException($"invalid key type from JSON ({other})"),
        };
        return key with { Id = Text(jwk, "kid"), Algorithm = Text(jwk, "alg"), Use = Text(jwk, "use"), Operations = Operations(jwk) };
    }

    private static RSAParameters Rsa(JsonElement jwk)
    {
        byte[] modulus = [.. Required(jwk, "n").SkipWhile(octet => octet == 0)];
        var parameters = new RSAParameters { Modulus = modulus, Exponent = Required(jwk, "e") };
        if (Text(jwk, "d").Length == 0)
        {
            return parameters;
        }
        var (d, p, q) = (Number(Required(jwk, "d")), Number(Required(jwk, "p")), Number(Required(jwk, "q")));
        var half = (modulus.Length + 1) / 2;
        // What follows from the primes is left out of some keys, so it is always worked out.
        return parameters with
        {
            D = Bytes(d, modulus.Length),
            P = Bytes(p, half),
            Q = Bytes(q, half),
            DP = Bytes(d % (p - 1), half),
            DQ = Bytes(d % (q - 1), half),
            InverseQ = Bytes(BigInteger.ModPow(q, p - 2, p), half), // Fermat: p is a prime
        };
    }

    private static string[] Operations(JsonElement jwk) => !jwk.TryGetProperty("key_ops", out var operations) ? [] : operations.ValueKind switch
    {
        JsonValueKind.Array => [.. operations.EnumerateArray().Select(operation => operation.ToString())],
        _ => [operations.ToString()],
    };

    private static string Text(JsonElement jwk, string name)
        => !jwk.TryGetProperty(name, out var value) ? ""
            : value.ValueKind == JsonValueKind.String ? value.GetString()!
            : throw new CryptoException($"'{name}' of a JWK is a text");

    private static byte[] Required(JsonElement jwk, string name)
        => LenientBase64.Decode(Text(jwk, name)) is { Length: > 0 } bytes ? bytes : throw new CryptoException($"required field {name} is missing");

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return bytes.Length <= length ? [.. new byte[length - bytes.Length], .. bytes] : throw new CryptoException("a part of the RSA key is too long");
    }
}
