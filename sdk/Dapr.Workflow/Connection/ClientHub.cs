namespace Dapr.Workflow.Connection;

/// <summary>
/// The connection that the clients of an app share, apart from the worker's: the worker may have been knocking in vain before its
/// sidecar was there, and a call on a connection that has just failed is refused without a try.
/// </summary>
internal sealed record ClientHub(TaskHub Hub) : IDisposable
{
    public void Dispose() => Hub.Dispose();
}
