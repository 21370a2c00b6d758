using System.Globalization;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using ServiceDefaults.Startup;

namespace Console.Identity;

internal static class IdentityRegistration
{
    /// <summary>
    /// Loads the key ring at its first use. At the start the key has not come from the secret store yet, which would be logged as an error.
    /// Called last, because antiforgery and interactive components register the loading at the start again.
    /// </summary>
    public static IServiceCollection LoadKeyRingOnDemand(this IServiceCollection services)
    {
        services.Remove(services.Single(service => service.ImplementationType?.Name == "DataProtectionHostedService"));
        return services;
    }

    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        var identity = builder.Configuration.GetSection("Identity").Get<IdentityOptions>() ?? new IdentityOptions();
        builder.Services.AddOptions<IdentityOptions>().BindConfiguration("Identity");
        builder.Services.AddStartupTask<CookieKey>();
        builder.Services.AddDataProtection().SetApplicationName("order-platform-console").DisableAutomaticKeyGeneration();
        builder.Services.AddOptions<KeyManagementOptions>().Configure<CookieKey>((keys, key) => keys.XmlRepository = key);
        builder.Services.AddCascadingAuthenticationState().AddScoped<Session>().AddSingleton<Renewals>();
        builder.Services.AddAuthorizationBuilder().AddPolicy(Roles.Operator, policy => policy.RequireClaim(Roles.Claim, Roles.Operator));
        builder.Services.AddAntiforgery(antiforgery => Harden(antiforgery.Cookie, builder.Environment));
        var authentication = builder
            .Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                Harden(cookie.Cookie, builder.Environment);
                (cookie.LoginPath, cookie.AccessDeniedPath, cookie.ReturnUrlParameter, cookie.SlidingExpiration) = (
                    Sessions.SignInPath,
                    "/forbidden",
                    "back",
                    false
                );
            });
        if (identity.Authority is not null)
        {
            authentication.AddOpenIdConnect(provider => Configure(provider, identity, builder.Environment));
            builder.Services.AddStartupTask<ClientSecret>();
        }
        return builder;
    }

    private static void Harden(CookieBuilder cookie, IHostEnvironment environment)
    {
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = environment.IsDevelopment() ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
    }

    /// <summary>Authorization code with PKCE; of the answer only the name, the role and the access token are kept.</summary>
    private static void Configure(OpenIdConnectOptions provider, IdentityOptions identity, IHostEnvironment environment)
    {
        (provider.Authority, provider.ClientId) = (identity.Authority, identity.ClientId);
        // The answer comes as a link, not as a form of another site: so the cookies of the sign-in can be Lax, and work without TLS in
        // development.
        (provider.ResponseType, provider.ResponseMode, provider.UsePkce, provider.MapInboundClaims) = ("code", "query", true, false);
        Harden(provider.NonceCookie, environment);
        Harden(provider.CorrelationCookie, environment);
        (provider.TokenValidationParameters.NameClaimType, provider.TokenValidationParameters.RoleClaimType) = ("sub", Roles.Claim);
        provider.Scope.Clear();
        foreach (var scope in identity.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            provider.Scope.Add(scope);
        }
        provider.AdditionalAuthorizationParameters.Add("audience", identity.Audience);
        provider.RequireHttpsMetadata = !environment.IsDevelopment();
        provider.Events.OnTokenValidated = signedIn =>
        {
            var answer = signedIn.TokenEndpointResponse
                ?? throw new InvalidOperationException("the identity provider gave no access token");
            var lifetime = int.TryParse(answer.ExpiresIn, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : TimeSpan.FromHours(1);
            var user = signedIn.Principal!;
            signedIn.Principal = Session.Principal(
                user.FindFirst("sub")!.Value,
                user.HasClaim(Roles.Claim, Roles.Operator) ? Roles.Operator : Roles.Customer,
                answer.AccessToken
            );
            signedIn.Properties!.ExpiresUtc =
                signedIn.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + lifetime;
            return Task.CompletedTask;
        };
    }
}
