using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sidecar.Cryptography.Keys;

internal enum KeyFormat
{
    Unknown,
    Jwk,
    Pem,
}

/// <summary>
/// Reads a key in any supported format: JWK, PEM, or the bytes of a symmetric key, plain or in base64. Source: daprd's local components.
/// </summary>
internal static class KeyReader
{
    private const string RsaOid = "1.2.840.113549.1.1.1";

    private static readonly string[] OtherOids = ["1.2.840.10045.2.1", "1.3.101.110", "1.3.101.112"]; // EC, X25519, Ed25519

    /// <exception cref="CryptoException">It is no key.</exception>
    public static CryptoKey Read(byte[] bytes, KeyFormat format)
    {
        if (bytes.Length == 0)
        {
            throw new CryptoException("key is empty");
        }
        try
        {
            return format switch
            {
                KeyFormat.Jwk => JwkReader.Read(Encoding.UTF8.GetString(bytes)),
                KeyFormat.Pem => Pem(bytes),
                // A brace may also be the first byte of a key that is nothing but bytes.
                _ when bytes[0] == '{' && bytes.Length is not (16 or 24 or 32) => JwkReader.Read(Encoding.UTF8.GetString(bytes)),
                _ when bytes.Length > 10 && bytes.AsSpan().StartsWith("-----"u8) => Pem(bytes),
                _ => new CryptoKey { Secret = LenientBase64.Decode(Encoding.Latin1.GetString(bytes)) ?? bytes },
            };
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException)
        {
            throw new CryptoException($"failed to parse key: {e.Message}", e);
        }
    }

    private static CryptoKey Pem(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var block = PemEncoding.Find(text); // the first one; Go takes no other
        var der = Convert.FromBase64String(text[block.Base64Data]);
        return text[block.Label] switch
        {
            "RSA PRIVATE KEY" => Rsa(rsa => rsa.ImportRSAPrivateKey(der, out _), true),
            "RSA PUBLIC KEY" => Rsa(rsa => rsa.ImportRSAPublicKey(der, out _), false),
            "PRIVATE KEY" => Asymmetric(Oid(der, versioned: true), rsa => rsa.ImportPkcs8PrivateKey(der, out _), true),
            "PUBLIC KEY" => Asymmetric(Oid(der, versioned: false), rsa => rsa.ImportSubjectPublicKeyInfo(der, out _), false),
            "CERTIFICATE" => Certified(der),
            "EC PRIVATE KEY" => new CryptoKey(),
            var other => throw new CryptoException($"PEM of type '{other}' holds no key"),
        };
    }

    private static CryptoKey Certified(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        using var rsa = certificate.GetRSAPublicKey();
        return new CryptoKey { Rsa = rsa?.ExportParameters(false) };
    }

    private static CryptoKey Asymmetric(string oid, Action<RSA> import, bool isPrivate) =>
        oid == RsaOid ? Rsa(import, isPrivate)
        : OtherOids.Contains(oid, StringComparer.Ordinal) ? new CryptoKey()
        : throw new CryptoException($"unknown key algorithm {oid}");

    private static CryptoKey Rsa(Action<RSA> import, bool isPrivate)
    {
        using var rsa = RSA.Create();
        import(rsa);
        return new CryptoKey { Rsa = rsa.ExportParameters(isPrivate) };
    }

    /// <summary>The kind of key in a PKCS#8 (which begins with a version) or a SubjectPublicKeyInfo.</summary>
    private static string Oid(byte[] der, bool versioned)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        if (versioned)
        {
            outer.ReadInteger();
        }
        return outer.ReadSequence().ReadObjectIdentifier();
    }
}
