using Sidecar.Http;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>
/// Decides whether a caller may call a method, by the access control list of the callee's Configuration. Source: Dapr docs, "Apply access
/// control list configuration for service invocation", and daprd's matching of operations.
/// </summary>
internal sealed class AccessPolicy
{
    /// <summary>The verbs that an operation can name. A call with another verb has only the default action of its caller.</summary>
    private static readonly string[] Verbs = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private readonly bool allowedByDefault;
    private readonly Dictionary<string, (string Default, OperationTree Operations)> callers = new(StringComparer.Ordinal);
    private readonly bool http;

    /// <param name="http">True if the app uses HTTP: names of operations then match without regard to case, and verbs count.</param>
    public AccessPolicy(AccessControl? rules, bool http)
    {
        this.http = http;
        allowedByDefault = rules is null || IsAllow(rules.DefaultAction);
        foreach (
            var policy in rules?.Policies.Where(policy =>
                policy.Namespace == InvocationHeaders.Namespace && policy.TrustDomain == rules.TrustDomain
            ) ?? []
        )
        {
            var operations = new OperationTree();
            foreach (var operation in policy.Operations)
            {
                operations.Add(Normal(operation.Name), operation);
            }
            callers[policy.AppId] = (policy.DefaultAction, operations);
        }
    }

    public bool Allows(string caller, string method, string verb)
    {
        if (!callers.TryGetValue(caller, out var policy))
        {
            return allowedByDefault;
        }
        var fallback = policy.Default.Length > 0 ? IsAllow(policy.Default) : allowedByDefault;
        if (policy.Operations.Find(Normal(method)) is not { } operation)
        {
            return fallback;
        }
        if (!http)
        {
            return IsAllow(operation.Action);
        }
        var called = verb.ToUpperInvariant();
        return !Verbs.Contains(called) ? IsAllow(policy.Default)
            : operation.Verbs.Contains("*") || operation.Verbs.Contains(called) ? IsAllow(operation.Action)
            : fallback;
    }

    private string Normal(string operation)
    {
        var path = operation.StartsWith('/') ? operation : "/" + operation;
        return http ? path.ToLowerInvariant() : path;
    }

    /// <summary>Any other word than <c>allow</c> denies, as in daprd.</summary>
    private static bool IsAllow(string action) => action.Equals("allow", StringComparison.OrdinalIgnoreCase);
}
