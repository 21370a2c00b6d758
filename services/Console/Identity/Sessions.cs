using Console.Edge;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Console.Identity;

/// <summary>Signing in and out, and renewing a page's session. Forms carry an antiforgery token.</summary>
internal static class Sessions
{
    public const string SignInPath = "/sign-in";

    public static void MapSessions(this WebApplication app)
    {
        app.MapPost("/session", SignInAsync);
        app.MapGet("/session/provider", Challenge);
        app.MapPost("/session/end", SignOutAsync);
        app.MapPost("/session/renew/{ticket}", (string ticket, HttpContext http, Renewals renewals) =>
                renewals.Renew(ticket, Person.Of(http.User), Session.TokenOf(http.User)) ? Results.NoContent() : Results.NotFound()
            )
            .RequireAuthorization();
    }

    /// <summary>In Development: a token of the gateway for the name that was chosen.</summary>
    private static async Task<IResult> SignInAsync(
        [FromForm] string? name,
        [FromForm] string? role,
        [FromForm] string? back,
        HttpContext http,
        GatewayClient gateway,
        IHostEnvironment environment,
        IOptions<IdentityOptions> identity,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (
            !environment.IsDevelopment()
            || identity.Value.Authority is not null
            || role is not (Roles.Customer or Roles.Operator)
            || string.IsNullOrWhiteSpace(name)
        )
        {
            return Again("invalid", back);
        }
        var issued = await gateway.SendAsync<TokenView>(
            HttpMethod.Post,
            "/api/auth/token",
            new { name = name.Trim(), role },
            null,
            null,
            cancellation
        );
        if (issued.Value is not { } token)
        {
            return Again(issued.Problem!.IsPassing ? "away" : "refused", back);
        }
        await http.SignInAsync(
            Session.Principal(name.Trim(), role, token.Token),
            new AuthenticationProperties { IsPersistent = false, ExpiresUtc = time.GetUtcNow().AddSeconds(token.ExpiresIn) }
        );
        return Results.LocalRedirect(LocalPath(back));
    }

    private static IResult Challenge(string? back, IOptions<IdentityOptions> identity) =>
        identity.Value.Authority is null
            ? Again("invalid", back)
            : Results.Challenge(
                new AuthenticationProperties { RedirectUri = LocalPath(back) },
                [OpenIdConnectDefaults.AuthenticationScheme]
            );

    private static async Task<IResult> SignOutAsync([FromForm] string? back, HttpContext http)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Again(null, back);
    }

    private static IResult Again(string? why, string? back) =>
        Results.LocalRedirect($"{SignInPath}?back={Uri.EscapeDataString(LocalPath(back))}{(why is null ? "" : $"&why={why}")}");

    /// <summary>
    /// Only addresses of this site: a link from elsewhere must not lead through a sign-in to a page that looks like this one. Browsers
    /// leave out tabs and line breaks, so <c>/&lt;tab&gt;/host</c> is another site. No header can hold what is not ASCII.
    /// </summary>
    public static string LocalPath(string? back) =>
        back is ['/', ..] and not (['/', '/', ..] or ['/', '\\', ..]) && !back.AsSpan().ContainsAnyExceptInRange('!', '~') ? back : "/";
}
