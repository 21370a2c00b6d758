using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>The names by which a client may call an app or an HTTPEndpoint.</summary>
internal sealed class TargetNames(IReadOnlyList<HttpEndpoint> endpoints)
{
    /// <exception cref="DaprException">No app can have the name.</exception>
    public void Demand(string id)
    {
        if (id.Length == 0)
        {
            throw InvocationErrors.InvokeFailed(id, "app id is empty");
        }
        if (id.Split('.').Length > 2 && !IsEndpoint(id))
        {
            throw InvocationErrors.InvokeFailed(id, $"invalid app id {id}");
        }
    }

    /// <summary>
    /// An app of the own namespace may be named with it (<c>orders.default</c>). Other namespaces don't exist here, and the name of an
    /// endpoint is no such name.
    /// </summary>
    public string WithoutNamespace(string id) =>
        id.Split('.') is [var app, var space] && space == InvocationHeaders.Namespace && !IsEndpoint(id) ? app : id;

    private bool IsEndpoint(string id) => id.Contains("://", StringComparison.Ordinal) || endpoints.Any(endpoint => endpoint.IsNamed(id));
}
