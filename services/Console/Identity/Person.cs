using System.Security.Claims;

namespace Console.Identity;

/// <summary>The person at the page.</summary>
public sealed record Person(string Name, bool IsOperator)
{
    public static Person? Of(ClaimsPrincipal user) =>
        user.FindFirst("sub")?.Value is { } name ? new Person(name, user.HasClaim(Roles.Claim, Roles.Operator)) : null;
}
