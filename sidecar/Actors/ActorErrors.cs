using Grpc.Core;
using Sidecar.Failures;

namespace Sidecar.Actors;

/// <summary>The failures of the actors building block. Wording and codes: daprd's predefined messages.</summary>
internal static class ActorErrors
{
    public const string ActorMethod = "actor method";
    private const string InvokeMethod = "ERR_ACTOR_INVOKE_METHOD";

    public static DaprException NoStateStore() =>
        Make(
            500,
            StatusCode.Internal,
            "ERR_ACTOR_RUNTIME_NOT_FOUND",
            "the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: "
                + "\"true\" in your state store component file?"
        );

    public static DaprException NoAddress(string key) =>
        Make(
            500,
            StatusCode.FailedPrecondition,
            InvokeMethod,
            $"failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor '{key}'",
            prefix: "error invoke actor method: "
        );

    public static DaprException Invoke(string detail) => new(InvokeError(detail));

    /// <summary>The failure of a call at another sidecar: over HTTP daprd prints the status of that sidecar.</summary>
    public static DaprException Elsewhere(StatusCode status, string message) =>
        new(
            new DaprError(500, status, InvokeMethod, message)
            {
                HttpMessage = $"error invoke actor method: rpc error: code = {status} desc = {message}",
            }
        );

    public static ReminderCanceledException ReminderCanceled() => new(InvokeError("reminder has been canceled"));

    public static ActorMethodNotFoundException MethodNotFound(string method) => new(InvokeError($"actor method not found: {method}"));

    public static ActorClosedException Closed(string call) => new(InvokeError($"actor is closed, cannot handle {call}"));

    public static DaprException TooDeep() =>
        Make(500, StatusCode.ResourceExhausted, "ERR_ACTOR_STACK_DEPTH", "maximum stack depth exceeded");

    public static DaprException InstanceMissing() =>
        Make(400, StatusCode.Internal, "ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing");

    public static DaprException StateGet(string detail) =>
        Make(500, StatusCode.Internal, "ERR_ACTOR_STATE_GET", $"error getting actor state: {detail}");

    public static DaprException StateSave(string detail) =>
        Make(500, StatusCode.Internal, "ERR_ACTOR_STATE_TRANSACTION_SAVE", $"error saving actor transaction state: {detail}");

    public static DaprException ReminderCreate(string detail) =>
        Make(500, StatusCode.Internal, "ERR_ACTOR_REMINDER_CREATE", $"error creating actor reminder: {detail}");

    public static DaprException ReminderGet(string detail) =>
        Make(
            500,
            StatusCode.Internal,
            "ERR_ACTOR_REMINDER_GET",
            $"error getting actor reminder: api error: code = Internal desc = failed to get job due to: {detail}"
        );

    public static DaprException ReminderDelete(string detail) =>
        Make(500, StatusCode.Internal, "ERR_ACTOR_REMINDER_DELETE", $"error deleting actor reminder: {detail}");

    public static DaprException ReminderNotHosted() =>
        Make(
            403,
            StatusCode.PermissionDenied,
            "ERR_ACTOR_REMINDER_NON_HOSTED",
            "operations on actor reminders are only possible on hosted actor types"
        );

    public static DaprException ReminderNotFound(string name) =>
        Make(404, StatusCode.NotFound, "ERR_ACTOR_REMINDER_NOT_FOUND", $"actor reminder not found: {name}");

    public static DaprException ReminderExists(string name) =>
        Make(409, StatusCode.AlreadyExists, "ERR_ACTOR_REMINDER_ALREADY_EXISTS", $"actor reminder already exists: {name}");

    public static DaprException TimerCreate(string detail) =>
        Make(500, StatusCode.Internal, "ERR_ACTOR_TIMER_CREATE", $"error creating actor timer: {detail}");

    public static DaprException Reserved(string type) =>
        Make(
            403,
            StatusCode.PermissionDenied,
            "ERR_ACTOR_TYPE_RESERVED",
            $"actor type \"{type}\" is reserved for the Dapr workflow runtime; direct actor API access is not permitted"
        );

    public static DaprException BadRequest(string detail) =>
        Make(400, StatusCode.InvalidArgument, "ERR_BAD_REQUEST", $"invalid request: {detail}");

    /// <summary>A call that is refused for its names: daprd words it differently over gRPC.</summary>
    public static DaprException BadCall(string what, string detail) =>
        new(
            new DaprError(400, StatusCode.InvalidArgument, "ERR_BAD_REQUEST", $"invalid {what}: {detail}")
            {
                HttpMessage = what == ActorMethod ? $"invalid request: {detail}" : $"invalid request: invalid {what}: {detail}",
            }
        );

    private static DaprError InvokeError(string detail) =>
        new(500, StatusCode.Internal, InvokeMethod, $"error invoke actor method: {detail}");

    /// <param name="prefix">What daprd writes before the message over HTTP only.</param>
    private static DaprException Make(int http, StatusCode grpc, string code, string message, string prefix = "") =>
        new(new DaprError(http, grpc, code, message) { HttpMessage = prefix + message });
}

/// <summary>The app has answered 404 to a call of an actor.</summary>
internal sealed class ActorMethodNotFoundException(DaprError error) : DaprException(error);

/// <summary>The actor was closed while the call waited for its turn; the call was not sent to the app.</summary>
internal sealed class ActorClosedException(DaprError error) : DaprException(error);

/// <summary>
/// The app's answer asks for the end of a reminder or timer. As in daprd, it fails a method call, and reminders and timers go on.
/// </summary>
internal sealed class ReminderCanceledException(DaprError error) : DaprException(error);
