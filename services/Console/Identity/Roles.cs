using System.Security.Claims;

namespace Console.Identity;

/// <summary>The names of roles and claims are the gateway's.</summary>
internal static class Roles
{
    public const string Claim = "role";
    public const string Operator = "operator";
    public const string Customer = "customer";
}

/// <summary>The person at the page.</summary>
public sealed record Person(string Name, bool IsOperator)
{
    public static Person? Of(ClaimsPrincipal user) =>
        user.FindFirst("sub")?.Value is { } name ? new Person(name, user.HasClaim(Roles.Claim, Roles.Operator)) : null;
}
