using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Dapr.Client;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using ServiceDefaults.Startup;

namespace Console.Identity;

/// <summary>
/// The key that encrypts cookies, derived from a secret of the secret store. All instances share it, and sessions survive a restart. A
/// changed secret ends all sessions.
/// </summary>
internal sealed class CookieKey(DaprClient dapr, IOptions<IdentityOptions> options, IHostEnvironment environment)
    : IStartupTask,
        IXmlRepository
{
    private const string DevelopmentMark = "development-only";
    private const int MinBytes = 32;
    private const int MasterBytes = 64;

    private IReadOnlyCollection<XElement> elements = [];

    public async Task RunAsync(CancellationToken cancellation)
    {
        var (store, name) = (options.Value.SecretStore, options.Value.CookieSecretName);
        var secret = (await dapr.GetSecretAsync(store, name, cancellationToken: cancellation)).Values.Single();
        if (secret.StartsWith(DevelopmentMark, StringComparison.Ordinal) && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"secret '{name}' of store '{store}' is the key that everybody can read in the repository; put one of your own there"
            );
        }
        if (Encoding.UTF8.GetByteCount(secret) < MinBytes)
        {
            throw new InvalidOperationException(
                $"secret '{name}' of store '{store}' is too short; the key of the cookies is made from at least {MinBytes} bytes"
            );
        }
        elements = [Of(Encoding.UTF8.GetBytes(secret))];
    }

    public IReadOnlyCollection<XElement> GetAllElements() => elements;

    public void StoreElement(XElement element, string friendlyName) =>
        throw new InvalidOperationException("the key of the cookies comes from the secret store and is never written");

    private const string Deserializer =
        "Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel."
        + "AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection";

    /// <summary>The stored form of a data protection key. Source: the key ring's format, ASP.NET Core docs, "Key storage format".</summary>
    private static XElement Of(byte[] secret)
    {
        var id = new Guid(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 16, info: "console cookie key id"u8.ToArray()));
        var master = HKDF.DeriveKey(HashAlgorithmName.SHA512, secret, MasterBytes, info: "console cookie key"u8.ToArray());
        return XElement.Parse(
            $"""
            <key id="{id}" version="1">
              <creationDate>2026-01-01T00:00:00Z</creationDate>
              <activationDate>2026-01-01T00:00:00Z</activationDate>
              <expirationDate>9999-01-01T00:00:00Z</expirationDate>
              <descriptor deserializerType="{Deserializer}">
                <descriptor>
                  <encryption algorithm="AES_256_CBC" />
                  <validation algorithm="HMACSHA256" />
                  <masterKey><value>{Convert.ToBase64String(master)}</value></masterKey>
                </descriptor>
              </descriptor>
            </key>
            """
        );
    }
}
