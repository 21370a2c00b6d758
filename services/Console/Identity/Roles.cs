namespace Console.Identity;

/// <summary>The names of roles and claims are the gateway's.</summary>
internal static class Roles
{
    public const string Claim = "role";
    public const string Operator = "operator";
    public const string Customer = "customer";
}
