using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sidecar.Resources;

namespace Sidecar.Components;

/// <summary>Certificates among the metadata of a component: PEM as it is, or the file that holds it.</summary>
internal static class ComponentCertificates
{
    public static Certificates Read(DriverContext context, string? root, string certificate, string key)
    {
        var (publicPart, privatePart) = (Pem(context, certificate), Pem(context, key));
        return new Certificates(
            root is not null && Pem(context, root) is { } pem
                ? Certificate(context, root, () => X509Certificate2.CreateFromPem(pem))
                : null,
            publicPart is null || privatePart is null
                ? null
                : Certificate(context, certificate, () => X509Certificate2.CreateFromPem(publicPart, privatePart))
        );
    }

    private static X509Certificate2? Certificate(DriverContext context, string name, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            context.Properties.Report(
                name,
                $"metadata '{name}' is no certificate in PEM, or its key is neither RSA nor ECDSA: {e.Message}"
            );
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
