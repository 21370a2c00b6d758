using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;

namespace Console.Identity;

/// <summary>
/// The person of a page and the access token that the gateway gets. The token lives in the encrypted cookie, which scripts can't read,
/// and in this object; it never reaches the browser in the clear.
/// </summary>
public sealed class Session(AuthenticationStateProvider authentication)
{
    private const string TokenClaim = "access_token";

    private string? renewed;

    public static ClaimsPrincipal Principal(string name, string role, string token) =>
        new(
            new ClaimsIdentity(
                [new Claim("sub", name), new Claim(Roles.Claim, role), new Claim(TokenClaim, token)],
                CookieAuthenticationDefaults.AuthenticationScheme,
                "sub",
                Roles.Claim
            )
        );

    public static string? TokenOf(ClaimsPrincipal user) => user.FindFirst(TokenClaim)?.Value;

    public async Task<Person?> PersonAsync() => Person.Of((await authentication.GetAuthenticationStateAsync()).User);

    public async Task<string?> TokenAsync() => renewed ?? TokenOf((await authentication.GetAuthenticationStateAsync()).User);

    /// <summary>Replaces an expired token by a new one of the same person. The page keeps its input.</summary>
    public void Renew(string token) => renewed = token;
}
