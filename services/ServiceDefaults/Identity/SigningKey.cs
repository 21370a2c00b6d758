using System.Text;
using Dapr.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using ServiceDefaults.Startup;

namespace ServiceDefaults.Identity;

/// <summary>
/// The key that signs and verifies tokens, read from the secret store before the first request. The key in the repository begins with a
/// marker and is refused outside of development.
/// </summary>
public sealed class SigningKey(DaprClient dapr, IOptions<IdentityOptions> options, IHostEnvironment environment) : IStartupTask
{
    private const string DevelopmentMark = "development-only";
    private const int MinBytes = 32;

    /// <summary>Empty until it has been read: then no token is valid.</summary>
    public IReadOnlyList<SecurityKey> Keys { get; private set; } = [];

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (options.Value.Authority is not null)
        {
            return;
        }
        var secret = await dapr.GetSecretAsync(options.Value.SecretStore, options.Value.SecretName, cancellationToken: cancellation);
        var text = secret.Values.Single();
        if (text.StartsWith(DevelopmentMark, StringComparison.Ordinal) && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"secret '{options.Value.SecretName}' of store '{options.Value.SecretStore}' is the key that everybody can "
                    + "read in the repository; put one of your own there, or set Identity:Authority"
            );
        }
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < MinBytes)
        {
            throw new InvalidOperationException(
                $"secret '{options.Value.SecretName}' of store '{options.Value.SecretStore}' has {bytes.Length} bytes; "
                    + $"HMAC-SHA256 needs at least {MinBytes}"
            );
        }
        Keys = [new SymmetricSecurityKey(bytes)];
    }
}
