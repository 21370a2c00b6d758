using System.Numerics;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Sidecar.Cryptography.Keys;

/// <summary>Reads JSON Web Keys (RFC 7517, 7518).</summary>
internal static class JwkReader
{
    /// <exception cref="CryptoException">The text is not a key, or a key of an unknown kind.</exception>
    public static CryptoKey Read(string json) => Convert(Parse(json, text => new JsonWebKey(text)));

    /// <summary>Reads a key set; a single key counts as a set of one.</summary>
    /// <exception cref="CryptoException">The text is not a set, or a key of it is not valid.</exception>
    public static IReadOnlyList<CryptoKey> ReadSet(string json)
    {
        var set = Parse(json, text => new JsonWebKeySet(text));
        return set.Keys.Count == 0 && set.AdditionalData.Count > 0 ? [Read(json)] : [.. set.Keys.Select(Convert)];
    }

    /// <summary>The message of the library quotes the text, which may be a secret, so it is not included.</summary>
    private static T Parse<T>(string json, Func<string, T> read)
    {
        try
        {
            return read(json);
        }
        catch (ArgumentException e)
        {
            throw new CryptoException("the text is not valid JSON of a JSON Web Key", e);
        }
    }

    private static CryptoKey Convert(JsonWebKey jwk)
    {
        var key = jwk.Kty switch
        {
            JsonWebAlgorithmsKeyTypes.Octet => new CryptoKey { Secret = Required(jwk.K, "k") },
            JsonWebAlgorithmsKeyTypes.RSA => new CryptoKey { Rsa = Rsa(jwk) },
            JsonWebAlgorithmsKeyTypes.EllipticCurve or "OKP" when !string.IsNullOrEmpty(jwk.Crv) && Required(jwk.X, "x").Length > 0 =>
                new CryptoKey(),
            var other => throw new CryptoException($"invalid key type from JSON ({other})"),
        };
        return key with { Id = jwk.Kid ?? "", Algorithm = jwk.Alg ?? "", Use = jwk.Use ?? "", Operations = [.. jwk.KeyOps] };
    }

    private static RSAParameters Rsa(JsonWebKey jwk)
    {
        byte[] modulus = [.. Required(jwk.N, "n").SkipWhile(octet => octet == 0)];
        var parameters = new RSAParameters { Modulus = modulus, Exponent = Required(jwk.E, "e") };
        if (string.IsNullOrEmpty(jwk.D))
        {
            return parameters;
        }
        var (d, p, q) = (Number(Required(jwk.D, "d")), Number(Required(jwk.P, "p")), Number(Required(jwk.Q, "q")));
        var half = (modulus.Length + 1) / 2;
        // .NET requires dp, dq and qi, daprd does not. They follow from the primes, so they are always computed.
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

    private static byte[] Required(string? value, string name) =>
        LenientBase64.Decode(value ?? "") is { Length: > 0 } bytes ? bytes : throw new CryptoException($"required field {name} is missing");

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return bytes.Length <= length
            ? [.. new byte[length - bytes.Length], .. bytes]
            : throw new CryptoException("a part of the RSA key is too long");
    }
}
