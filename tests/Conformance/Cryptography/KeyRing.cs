using System.Security.Cryptography;
using System.Text.Json;
using Conformance.Running;

namespace Conformance.Cryptography;

/// <summary>A folder of keys in all the forms they come in, and a sidecar that may use them.</summary>
public sealed class KeyRing : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("conformance-keys-").FullName;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public string Component => Yaml.Component("vault", "crypto.dapr.localstorage", ("path", folder));

    public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(32);

    public string PathOf(string key) => Path.Combine(folder, key);

    public async Task InitializeAsync()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("rsa.pem", rsa.ExportPkcs8PrivateKeyPem());
        Write("rsa-pkcs1.pem", rsa.ExportRSAPrivateKeyPem());
        Write("rsa-public.pem", rsa.ExportSubjectPublicKeyInfoPem());
        Write("rsa-public-pkcs1.pem", rsa.ExportRSAPublicKeyPem());
        Write("rsa.json", Jwk(rsa.ExportParameters(true)));
        Write("ec.pem", curve.ExportPkcs8PrivateKeyPem());
        Write("secret.json", Jwk("\"kty\":\"oct\""));
        Write("sign-only.json", Jwk("\"kty\":\"oct\",\"use\":\"sig\""));
        Write("wrap-only.json", Jwk("\"kty\":\"oct\",\"key_ops\":[\"wrapKey\"]"));
        Write("other-algorithm.json", Jwk("\"kty\":\"oct\",\"alg\":\"A128KW\""));
        Write("secret-base64", Convert.ToBase64String(Secret) + "\n");
        File.WriteAllBytes(PathOf("secret-bytes"), Secret);
        File.WriteAllBytes(PathOf("short"), Secret[..16]);
        Write("empty.pem", "");
        Write("nonsense.json", "no key");
        Directory.CreateDirectory(PathOf("folder"));
        Sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Component] });
    }

    public async Task DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    private string Jwk(string members) => $"{{{members},\"k\":\"{Base64Url(Secret)}\"}}";

    /// <summary>Without dp, dq and qi, which a JWK may leave out.</summary>
    private static string Jwk(RSAParameters rsa) =>
        JsonSerializer.Serialize(
            new
            {
                kty = "RSA",
                n = Base64Url(rsa.Modulus!),
                e = Base64Url(rsa.Exponent!),
                d = Base64Url(rsa.D!),
                p = Base64Url(rsa.P!),
                q = Base64Url(rsa.Q!),
            }
        );

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
