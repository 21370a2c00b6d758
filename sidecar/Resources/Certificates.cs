using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Resources;

/// <summary>
/// The certificates of a connection: the root that the server's certificate must have, and the sidecar's own certificate.
/// </summary>
internal sealed record Certificates(X509Certificate2? Root, X509Certificate2? Client)
{
    /// <exception cref="CryptographicException">One of them is no certificate in PEM.</exception>
    public static Certificates Of(string? root, string? certificate, string? key) =>
        new(
            string.IsNullOrEmpty(root) ? null : X509Certificate2.CreateFromPem(root),
            string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(key) ? null : X509Certificate2.CreateFromPem(certificate, key)
        );

    /// <summary>True if the server's certificate is valid: for the given root, otherwise for those of the system.</summary>
    public bool Trusts(X509Certificate? presented, SslPolicyErrors errors)
    {
        if (Root is null || errors == SslPolicyErrors.None)
        {
            return errors == SslPolicyErrors.None;
        }
        if (presented is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(Root);
        return chain.Build(X509CertificateLoader.LoadCertificate(presented.GetRawCertData()));
    }
}
