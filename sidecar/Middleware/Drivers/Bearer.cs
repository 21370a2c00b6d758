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

    /// <param name="keys">The address of the issuer's keys; null to use its discovery document.</param>
    public Bearer(string issuer, string audience, string? keys)
    {
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
            ClockSkew = TimeSpan.FromMinutes(5),
        };
    }

    /// <summary>An unreachable issuer is reported now, not with the first request.</summary>
    public async Task ConnectAsync(CancellationToken cancellation) => await issuer.GetConfigurationAsync(cancellation);

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
