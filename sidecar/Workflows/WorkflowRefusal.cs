using Grpc.Core;

namespace Sidecar.Workflows;

/// <summary>Why the engine did not do what it was asked. The status is what the task hub answers with.</summary>
internal sealed record WorkflowRefusal(StatusCode Status, string Message)
{
    /// <summary>Told with status Unknown: the runtime's own wording, which SDKs and scripts match on.</summary>
    public static readonly WorkflowRefusal NotFound = new(StatusCode.Unknown, "no such instance exists");

    public static readonly WorkflowRefusal NotCompleted = new(StatusCode.Unknown, "orchestration has not yet completed");

    public static readonly WorkflowRefusal Stalled = new(StatusCode.Unknown, "workflow is stalled");

    public static WorkflowRefusal Occupied(string id) => new(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists");

    public static WorkflowRefusal Unavailable(string reason) => new(StatusCode.Unavailable, reason);
}
