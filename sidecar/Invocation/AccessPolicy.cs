using Sidecar.Http;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>
/// Decides whether a caller may call a method, by the access control list of the callee's Configuration. Source: Dapr docs, "Apply access
/// control list configuration for service invocation", and daprd's matching of operations.
/// </summary>
internal sealed class AccessPolicy
{
    private readonly bool allowedByDefault;
    private readonly Dictionary<string, (bool? Default, OperationTree Operations)> callers = new(StringComparer.Ordinal);
    private readonly bool http;

    /// <param name="http">True if the app uses HTTP: names of operations then match without regard to case, and verbs count.</param>
    public AccessPolicy(AccessControl? rules, bool http)
    {
        this.http = http;
        allowedByDefault = rules is null || IsAllow(rules.DefaultAction);
        foreach (var policy in rules?.Policies.Where(policy => policy.Namespace == InvocationHeaders.Namespace) ?? [])
        {
            var operations = new OperationTree();
            foreach (var operation in policy.Operations)
            {
                operations.Add(Normal(operation.Name), operation);
            }
            callers[policy.AppId] = (policy.DefaultAction.Length > 0 ? IsAllow(policy.DefaultAction) : null, operations);
        }
    }

    public bool Allows(string caller, string method, string verb)
    {
        if (!callers.TryGetValue(caller, out var policy))
        {
            return allowedByDefault;
        }
        var fallback = policy.Default ?? allowedByDefault;
        if (policy.Operations.Find(Normal(method)) is not { } operation)
        {
            return fallback;
        }
        return http && !operation.Verbs.Contains("*") && !operation.Verbs.Contains(verb, StringComparer.OrdinalIgnoreCase)
            ? fallback
            : IsAllow(operation.Action);
    }

    private string Normal(string operation)
    {
        var path = operation.StartsWith('/') ? operation : "/" + operation;
        return http ? path.ToLowerInvariant() : path;
    }

    private static bool IsAllow(string action) => !action.Equals("deny", StringComparison.OrdinalIgnoreCase);
}
