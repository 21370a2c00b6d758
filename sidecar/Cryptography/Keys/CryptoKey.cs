using System.Security.Cryptography;

namespace Sidecar.Cryptography.Keys;

/// <summary>
/// A key and its permitted uses (<c>alg</c>, <c>use</c> and <c>key_ops</c> of a JWK). Of the asymmetric keys only RSA keys can wrap others.
/// </summary>
internal sealed record CryptoKey
{
    /// <summary>Null for asymmetric keys.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Null for other kinds of key. Shared by all calls: none changes it.</summary>
    public RSAParameters? Rsa { get; init; }

    public string Id { get; init; } = "";

    public string Algorithm { get; init; } = "";

    public string Use { get; init; } = "";

    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>True if <paramref name="operation"/> (wrapping or unwrapping) is permitted.</summary>
    public bool Permits(string operation) =>
        (Operations.Count == 0 || Operations.Contains(operation, StringComparer.Ordinal)) && Use is "" or "enc";

    public bool Permits(string operation, string algorithm) => Permits(operation) && (Algorithm.Length == 0 || Algorithm == algorithm);
}
