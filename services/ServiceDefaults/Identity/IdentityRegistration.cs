using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServiceDefaults.Requests;
using ServiceDefaults.Startup;

namespace ServiceDefaults.Identity;

/// <summary>Bearer tokens, checked the same way by every app that people reach: the gateway and the gRPC face.</summary>
public static class IdentityRegistration
{
    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddOptions<IdentityOptions>()
            .BindConfiguration("Identity")
            .Validate(options => options.TokenLifetime > TimeSpan.Zero, "Identity:TokenLifetime must be longer than nothing")
            .ValidateOnStart();
        builder.Services.AddStartupTask<SigningKey>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder
            .Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<IdentityOptions>, SigningKey>(Configure);
        builder
            .Services.AddAuthorizationBuilder()
            .AddPolicy(Roles.Customer, policy =>
                policy.RequireClaim(Roles.Claim, Roles.Customer, Roles.Operator).RequireClaim(Roles.Subject)
            )
            .AddPolicy(Roles.Operator, policy => policy.RequireClaim(Roles.Claim, Roles.Operator).RequireClaim(Roles.Subject));
        return builder;
    }

    private static void Configure(JwtBearerOptions bearer, IOptions<IdentityOptions> options, SigningKey key)
    {
        var identity = options.Value;
        bearer.MapInboundClaims = false;
        bearer.Authority = identity.Authority;
        bearer.Audience = identity.Audience;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = identity.Audience,
            ValidIssuer = identity.Authority is null ? identity.Issuer : null,
            ValidateIssuer = true,
            // One algorithm each: a token can't choose how it is checked ("none", or a public key taken for a shared one).
            ValidAlgorithms = identity.Authority is null
                ? [SecurityAlgorithms.HmacSha256]
                : [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TokenExpiry.ClockSkew,
            RoleClaimType = Roles.Claim,
            NameClaimType = Roles.Subject,
        };
        if (identity.Authority is null)
        {
            bearer.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => key.Keys;
        }
        bearer.Events = new JwtBearerEvents
        {
            OnTokenValidated = validated =>
            {
                Check(validated);
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>
    /// Checks that the library leaves out: exactly one subject, and no critical extension. Source: RFC 7515, section 4.1.11, <c>crit</c>.
    /// </summary>
    private static void Check(TokenValidatedContext validated)
    {
        if (validated.SecurityToken is JsonWebToken token && token.TryGetHeaderValue<object>("crit", out _))
        {
            validated.Fail("the token demands an extension that is not supported (crit)");
        }
        else if (
            validated.Principal?.FindAll(Roles.Subject).Select(claim => claim.Value).ToList() is not [{ } subject]
            || !Caller.IsName(subject)
        )
        {
            validated.Fail($"sub must be one name of 1 to {Caller.MaxNameLength} visible characters");
        }
    }
}
