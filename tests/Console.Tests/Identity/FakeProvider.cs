using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Console.Tests.Identity;

/// <summary>An OpenID Connect provider with one code, which it accepts only with the right verifier.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    public const string Code = "the-code";
    public const string AccessToken = "the access token";

    private readonly RSA rsa = RSA.Create(2048);
    private readonly WebApplication app;

    private FakeProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
    }

    public string Authority => app.Urls.Single();

    public string? Challenge { get; set; }

    public string? Nonce { get; set; }

    public string? Role { get; set; } = "operator";

    public static async Task<FakeProvider> StartAsync()
    {
        var provider = new FakeProvider();
        provider.app.MapGet("/.well-known/openid-configuration", () => Results.Json(
                new
                {
                    issuer = provider.Authority,
                    authorization_endpoint = $"{provider.Authority}/authorize",
                    token_endpoint = $"{provider.Authority}/token",
                    jwks_uri = $"{provider.Authority}/keys",
                }
            ));
        provider.app.MapGet("/keys", () =>
        {
            var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
                new RsaSecurityKey(provider.rsa.ExportParameters(false)) { KeyId = "1" }
            );
            return Results.Json(
                new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = key.Kty,
                            kid = key.Kid,
                            n = key.N,
                            e = key.E,
                            use = "sig",
                            alg = "RS256",
                        },
                    },
                }
            );
        });
        provider.app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var shown = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
            return form["code"] == Code && shown == provider.Challenge
                ? Results.Json(
                    new
                    {
                        access_token = AccessToken,
                        token_type = "Bearer",
                        expires_in = 300,
                        id_token = provider.IdToken(),
                    }
                )
                : Results.BadRequest(new { error = "invalid_grant" });
        });
        await provider.app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        rsa.Dispose();
    }

    private string IdToken()
    {
        var claims = new Dictionary<string, object> { ["sub"] = "ada", ["nonce"] = Nonce! };
        if (Role is not null)
        {
            claims["role"] = Role;
        }
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Authority,
                Audience = "order-platform-console",
                Claims = claims,
                SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = "1" }, SecurityAlgorithms.RsaSha256),
            }
        );
    }
}
