namespace Sidecar.Cryptography.Keys;

/// <summary>The algorithm that wraps the key of a document. The numbers are stored format: documents contain them.</summary>
internal static class WrapAlgorithm
{
    public const string A256Kw = "A256KW";
    public const string RsaOaep256 = "RSA-OAEP-256";

    private static readonly string[] Numbered = [A256Kw, "A128CBC-NOPAD", "A192CBC-NOPAD", "A256CBC-NOPAD", RsaOaep256]; // from 1

    /// <summary>The algorithm's full name; null if the name is unknown.</summary>
    public static string? Find(string name) =>
        name switch
        {
            "AES" => A256Kw,
            "RSA" => RsaOaep256,
            _ => Numbered.FirstOrDefault(known => known == name),
        };

    public static string? Find(int number) => number > 0 && number <= Numbered.Length ? Numbered[number - 1] : null;

    public static int Number(string name) => Array.IndexOf(Numbered, name) + 1;
}
