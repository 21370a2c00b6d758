using System.Security.Claims;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Identity;

/// <summary>The roles of people: customers may access their own data, operators all data.</summary>
public static class Roles
{
    public const string Claim = "role";
    public const string Subject = "sub";
    public const string Customer = "customer";
    public const string Operator = "operator";

    public static bool IsOperator(this ClaimsPrincipal user) => user.HasClaim(Claim, Operator);

    /// <summary>The customer's id or the operator's name; null without a valid token.</summary>
    public static string? Name(this ClaimsPrincipal user) => user.Identity?.IsAuthenticated == true ? user.FindFirst(Subject)?.Value : null;

    /// <summary>The caller that the edge names to services. A token without a known role is an anonymous visitor.</summary>
    public static Caller ToCaller(this ClaimsPrincipal user) =>
        user.Name() switch
        {
            { } name when user.IsOperator() => new Caller.Operator(name),
            { } name when user.HasClaim(Claim, Customer) => new Caller.Customer(name),
            _ => new Caller.Anonymous(),
        };
}
