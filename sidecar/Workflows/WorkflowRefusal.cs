using Grpc.Core;

namespace Sidecar.Workflows;

/// <summary>The reason why the engine refused a request. The task hub answers with the status.</summary>
internal sealed record WorkflowRefusal(StatusCode Status, string Message)
{
    /// <summary>Answered with status Unknown: the runtime's own wording, which SDKs and scripts match on.</summary>
    public static readonly WorkflowRefusal NotFound = new(StatusCode.Unknown, "no such instance exists");

    public static readonly WorkflowRefusal NotCompleted = new(StatusCode.Unknown, "orchestration has not yet completed");

    public static readonly WorkflowRefusal Stalled = new(StatusCode.Unknown, "workflow is stalled");

    public static WorkflowRefusal Occupied(string id) => new(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists");

    public static WorkflowRefusal Unavailable(string reason) => new(StatusCode.Unavailable, reason);
}
