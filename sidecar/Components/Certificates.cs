using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Components;

/// <summary>Certificates among the metadata of a component: PEM as it is, or the file that holds it.</summary>
internal sealed record Certificates(X509Certificate2? Root, X509Certificate2? Client)
{
    public static Certificates Read(DriverContext context, string? root, string certificate, string key)
    {
        var (publicPart, privatePart) = (Pem(context, certificate), Pem(context, key));
        return new Certificates(
            root is not null && Pem(context, root) is { } pem ? Certificate(context, root, () => X509Certificate2.CreateFromPem(pem)) : null,
            publicPart is null || privatePart is null ? null : Certificate(context, certificate, () => X509Certificate2.CreateFromPem(publicPart, privatePart)));
    }

    /// <exception cref="CryptographicException">One of them is no certificate in PEM.</exception>
    public static Certificates Of(string? root, string? certificate, string? key) => new(
        string.IsNullOrEmpty(root) ? null : X509Certificate2.CreateFromPem(root),
        string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(key) ? null : X509Certificate2.CreateFromPem(certificate, key));

    /// <summary>Whether a server is who it claims to be: by the own root when one is given, otherwise by those of the system.</summary>
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

    private static X509Certificate2? Certificate(DriverContext context, string name, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            context.Properties.Report(name, $"metadata '{name}' is no certificate in PEM, or its key is neither RSA nor ECDSA: {e.Message}");
            return null;
        }
    }

    private static string? Pem(DriverContext context, string name)
    {
        if (context.Properties.Text(name) is not { Length: > 0 } text)
        {
            return null;
        }
        if (PemEncoding.TryFind(text, out _))
        {
            return text;
        }
        if (File.Exists(context.PathOf(text)))
        {
            return File.ReadAllText(context.PathOf(text));
        }
        context.Properties.Report(name, $"metadata '{name}' is neither PEM nor a file that exists");
        return null;
    }
}
