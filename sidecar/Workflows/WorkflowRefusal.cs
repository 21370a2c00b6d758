using Grpc.Core;

namespace Sidecar.Workflows;

/// <summary>The reason why the engine refused a request. The task hub answers with the status.</summary>
internal sealed record WorkflowRefusal(StatusCode Status, string Message)
{
    /// <summary>Answered with status Unknown: the runtime's own wording, which SDKs and scripts match on.</summary>
    public static readonly WorkflowRefusal NotFound = new(StatusCode.Unknown, "no such instance exists");

    public static readonly WorkflowRefusal NotCompleted = new(StatusCode.Unknown, "orchestration has not yet completed");

    public static readonly WorkflowRefusal InvalidText = new(StatusCode.Internal, "string field contains invalid UTF-8");

    /// <summary>True for <see cref="NotFound"/>, also with the context of its operation.</summary>
    public bool IsNotFound => Message.EndsWith(NotFound.Message, StringComparison.Ordinal);

    public static WorkflowRefusal Stalled(string id) =>
        new(StatusCode.Unknown, $"failed to invoke method for workflow '{id}': actor is stalled");

    public static WorkflowRefusal Occupied(string id) => new(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists");

    public static WorkflowRefusal Unavailable(string reason) => new(StatusCode.Unavailable, reason);

    /// <summary>Adds the operation that failed, as Go wraps an error.</summary>
    public WorkflowRefusal During(string operation) => this with { Message = $"{operation}: {Message}" };

    /// <summary>The form in which Go prints a gRPC status that another error wraps.</summary>
    public WorkflowRefusal AsRpcError() => this with { Message = $"rpc error: code = {Status} desc = {Message}" };
}
