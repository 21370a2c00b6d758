using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Sidecar.Middleware.Drivers;

/// <summary><c>middleware.http.bearer</c>: passes only requests with a valid token of an issuer.</summary>
internal sealed class Bearer : IHttpMiddleware
{
    private const string Prefix = "bearer ";

    private static readonly Refusal Unauthorized = new(401, "Unauthorized");
    private static readonly JsonWebTokenHandler Tokens = new();

    private readonly TokenValidationParameters expected;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> issuer;
    private readonly bool discovers;

    /// <param name="keys">The address of the issuer's keys; null to use its discovery document.</param>
    public Bearer(string issuer, string audience, string? keys)
    {
        discovers = keys is null;
        this.issuer = new ConfigurationManager<OpenIdConnectConfiguration>(
            keys ?? $"{issuer.TrimEnd('/')}/.well-known/openid-configuration",
            keys is null ? new OpenIdConnectConfigurationRetriever() : new KeysOnly(),
            new HttpDocumentRetriever { RequireHttps = false }
        );
        expected = new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = audience,
            ConfigurationManager = this.issuer,
            ValidateIssuerSigningKey = true,
            TryAllIssuerSigningKeys = false, // a token has to name its key
            RequireExpirationTime = false,
            ClockSkew = TimeSpan.FromMinutes(5),
        };
    }

    /// <summary>An unreachable issuer is reported now, not with the first request.</summary>
    /// <exception cref="InvalidOperationException">The discovery document is incomplete, or that of another issuer.</exception>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        var found = await issuer.GetConfigurationAsync(cancellation);
        if (!discovers)
        {
            return;
        }
        if (string.IsNullOrEmpty(found.JwksUri))
        {
            throw new InvalidOperationException("the OpenID Configuration document does not contain a 'jwks_uri'");
        }
        if (found.Issuer != expected.ValidIssuer)
        {
            throw new InvalidOperationException(
                $"the issuer found in the OpenID Configuration document ('{found.Issuer}') doesn't match the one provided in the "
                    + $"component's metadata ('{expected.ValidIssuer}')"
            );
        }
    }

    public async ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation) =>
        request.Header("Authorization") is { } given
        && given.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && (await Tokens.ValidateTokenAsync(given[Prefix.Length..].Trim(), expected)).IsValid
            ? null
            : Unauthorized;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class KeysOnly : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(
            string address,
            IDocumentRetriever retriever,
            CancellationToken cancel
        )
        {
            var configuration = new OpenIdConnectConfiguration();
            foreach (var key in new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel)).GetSigningKeys())
            {
                configuration.SigningKeys.Add(key);
            }
            return configuration;
        }
    }
}
