using System.Security.Claims;

namespace Gateway.Identity;

/// <summary>Who may do what at the edge: customers their own, operators everything.</summary>
internal static class Roles
{
    public const string Claim = "role";
    public const string Customer = "customer";
    public const string Operator = "operator";

    public static bool IsOperator(this ClaimsPrincipal user) => user.HasClaim(Claim, Operator);

    /// <summary>The customer's id or the operator's name.</summary>
    public static string? Name(this ClaimsPrincipal user) => user.FindFirst("sub")?.Value;
}
