using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServiceDefaults.Identity;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Gateway.Identity;

/// <summary>
/// Issues tokens without a password, so that no identity provider is needed. Only in development and without a configured provider.
/// </summary>
internal static class TokenEndpoint
{
    public static void MapTokens(this WebApplication app)
    {
        if (app.Environment.IsDevelopment() && app.Services.GetRequiredService<IOptions<IdentityOptions>>().Value.Authority is null)
        {
            app.MapPost("/api/auth/token", Issue);
        }
    }

    private static IResult Issue(TokenRequest request, SigningKey key, IOptions<IdentityOptions> options, TimeProvider time)
    {
        if (request.ToRole() is not { } role || request.ToName() is not { } name || !Caller.IsName(name))
        {
            return Refusal
                .Invalid(
                    "token-request-invalid",
                    "Name a customer as customerId, or a name with role customer or operator; a name has 1 to "
                        + $"{Caller.MaxNameLength} visible characters."
                )
                .ToProblem();
        }
        var lifetime = options.Value.TokenLifetime;
        var now = time.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = options.Value.Issuer,
                Audience = options.Value.Audience,
                IssuedAt = now,
                NotBefore = now,
                Expires = now + lifetime,
                Claims = new Dictionary<string, object> { ["sub"] = name, [Roles.Claim] = role },
                SigningCredentials = new SigningCredentials(key.Keys.Single(), SecurityAlgorithms.HmacSha256),
            }
        );
        return TypedResults.Ok(new TokenAnswer(token, "Bearer", (int)lifetime.TotalSeconds, role, name));
    }

    /// <summary><c>{"customerId": …}</c>, <c>{"operator": …}</c>, or <c>{"name": …, "role": …}</c>.</summary>
    private sealed record TokenRequest(string? CustomerId, string? Operator, string? Name, string? Role)
    {
        public string? ToRole() =>
            Role switch
            {
                null => Operator is not null ? Roles.Operator : Roles.Customer,
                Roles.Operator or Roles.Customer => Role,
                _ => null,
            };

        public string? ToName() => CustomerId ?? Operator ?? Name ?? (Role == Roles.Operator ? Roles.Operator : null);
    }

    /// <summary>Member names: RFC 6749, section 5.1.</summary>
    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        string Role,
        string Subject
    )
    {
        /// <summary>The same again, for clients that look for a plain name.</summary>
        public string Token => AccessToken;
    }
}
