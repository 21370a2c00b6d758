using Dapr.Client;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using ServiceDefaults.Startup;

namespace Console.Identity;

/// <summary>Reads the client secret, where the provider demands one, before the first sign-in.</summary>
internal sealed class ClientSecret(DaprClient dapr, IOptions<IdentityOptions> options, IOptionsMonitor<OpenIdConnectOptions> provider)
    : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (options.Value.ClientSecretName is { } name)
        {
            provider.Get(OpenIdConnectDefaults.AuthenticationScheme).ClientSecret = (
                await dapr.GetSecretAsync(options.Value.SecretStore, name, cancellationToken: cancellation)
            ).Values.Single();
        }
    }
}
