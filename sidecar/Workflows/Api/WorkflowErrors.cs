using Grpc.Core;
using Sidecar.Failures;

namespace Sidecar.Workflows.Api;

/// <summary>The failures of the workflow API, with the codes and wording of the Dapr runtime.</summary>
internal static class WorkflowErrors
{
    public static DaprError NoActorStateStore { get; } =
        new(
            500,
            StatusCode.Internal,
            "ERR_ACTOR_RUNTIME_NOT_FOUND",
            "the state store is not configured to use the actor runtime. "
                + """Have you set the - name: actorStateStore value: "true" in your state store component file?"""
        );

    public static DaprError NameMissing { get; } = Bad("ERR_WORKFLOW_NAME_MISSING", "workflow name is not configured");

    public static DaprError InstanceIdMissing { get; } = Bad("ERR_INSTANCE_ID_PROVIDED_MISSING", "no instance ID was provided");

    public static DaprError EventNameMissing { get; } = Bad("ERR_WORKFLOW_EVENT_NAME_MISSING", "missing workflow event name");

    public static DaprError InstanceIdTooLong(int most) =>
        Bad("ERR_INSTANCE_ID_TOO_LONG", $"workflow instance ID exceeds the max length of {most} characters");

    public static DaprError InstanceIdInvalid(string id) =>
        Bad("ERR_INSTANCE_ID_INVALID", $"workflow instance ID '{id}' is invalid: only alphanumeric and underscore characters are allowed");

    public static DaprError NotFound(string id) =>
        new(404, StatusCode.NotFound, "ERR_INSTANCE_ID_NOT_FOUND", $"unable to find workflow with the provided instance ID: {id}");

    public static DaprError Start(string name, string reason) =>
        Failed("ERR_START_WORKFLOW", $"error starting workflow '{name}': {reason}");

    public static DaprError Terminate(string id, WorkflowRefusal reason)
    {
        var failure = $"failed to submit termination request:: {reason.Message}";
        return reason.IsNotFound
            ? NotFound(id, failure)
            : Failed("ERR_TERMINATE_WORKFLOW", $"error terminating workflow '{id}': failed to terminate workflow {id}: {failure}");
    }

    public static DaprError RaiseEvent(string id, string name, WorkflowRefusal reason) =>
        Failed(
            "ERR_RAISE_EVENT_WORKFLOW",
            $"error raising event on workflow '{id}': failed to raise event {name} on workflow {id}: failed to raise event: "
                + $"{reason.Message}"
        );

    public static DaprError Pause(string id, WorkflowRefusal reason) =>
        Failed(
            "ERR_PAUSE_WORKFLOW",
            $"error pausing workflow {id}: failed to pause workflow {id}: failed to suspend workflow: {reason.Message}"
        );

    public static DaprError Resume(string id, WorkflowRefusal reason) =>
        Failed(
            "ERR_RESUME_WORKFLOW",
            $"error resuming workflow {id}: failed to resume workflow {id}: failed to resume workflow: {reason.Message}"
        );

    public static DaprError Purge(string id, WorkflowRefusal reason)
    {
        var failure = $"failed to purge workflow state: {reason.Message}";
        return reason.IsNotFound
            ? NotFound(id, failure)
            : Failed("ERR_PURGE_WORKFLOW", $"error purging workflow {id}: failed to Purge workflow {id}: {failure}");
    }

    /// <summary>daprd's format text has no place for the failure, so Go appends it.</summary>
    private static DaprError NotFound(string id, string failure) => NotFound($"{id}%!(EXTRA *fmt.wrapError={failure})");

    private static DaprError Bad(string code, string message) => new(400, StatusCode.InvalidArgument, code, message);

    private static DaprError Failed(string code, string message) => new(500, StatusCode.Internal, code, message);
}
