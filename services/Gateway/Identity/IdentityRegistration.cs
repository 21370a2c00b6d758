using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using ServiceDefaults.Startup;

namespace Gateway.Identity;

internal static class IdentityRegistration
{
    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IdentityOptions>().BindConfiguration("Identity")
            .Validate(options => options.TokenLifetime > TimeSpan.Zero, "Identity:TokenLifetime must be longer than nothing")
            .ValidateOnStart();
        builder.Services.AddStartupTask<SigningKey>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<IdentityOptions>, SigningKey>(Configure);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Roles.Customer, policy => policy.RequireClaim(Roles.Claim, Roles.Customer, Roles.Operator).RequireClaim("sub"))
            .AddPolicy(Roles.Operator, policy => policy.RequireClaim(Roles.Claim, Roles.Operator).RequireClaim("sub"));
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
            ValidAlgorithms = identity.Authority is null ? [SecurityAlgorithms.HmacSha256] : [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
            RoleClaimType = Roles.Claim,
            NameClaimType = "sub",
        };
        if (identity.Authority is null)
        {
            bearer.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => key.Keys;
        }
    }
}
