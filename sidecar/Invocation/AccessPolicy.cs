using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>
/// Decides whether a caller may call a method, by the access control list of the callee's Configuration. Source: Dapr docs,
/// "Apply access control list configuration for service invocation".
/// </summary>
internal sealed class AccessPolicy(AccessControl? rules)
{
    public bool Allows(string caller, string method, string verb)
    {
        if (rules is null)
        {
            return true;
        }
        var policy = rules.Policies.FirstOrDefault(policy => policy.AppId == caller);
        if (policy is null)
        {
            return IsAllow(rules.DefaultAction);
        }
        var path = "/" + method;
        var operation = policy.Operations
            .Where(operation => Matches(operation.Name, path))
            .OrderByDescending(operation => operation.Name.Length)
            .FirstOrDefault(operation => operation.Verbs.Count == 0 || operation.Verbs.Contains("*") || operation.Verbs.Contains(verb, StringComparer.OrdinalIgnoreCase));
        return operation is not null
            ? IsAllow(operation.Action)
            : IsAllow(policy.DefaultAction.Length > 0 ? policy.DefaultAction : rules.DefaultAction);
    }

    private static bool IsAllow(string action) => !action.Equals("deny", StringComparison.OrdinalIgnoreCase);

    private static bool Matches(string pattern, string path)
    {
        pattern = pattern.StartsWith('/') ? pattern : "/" + pattern;
        if (pattern.EndsWith("/**", StringComparison.Ordinal))
        {
            return path.StartsWith(pattern[..^2], StringComparison.OrdinalIgnoreCase) || path.Equals(pattern[..^3], StringComparison.OrdinalIgnoreCase);
        }
        if (pattern.EndsWith("/*", StringComparison.Ordinal))
        {
            return path.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase);
        }
        return path.Equals(pattern, StringComparison.OrdinalIgnoreCase);
    }
}
