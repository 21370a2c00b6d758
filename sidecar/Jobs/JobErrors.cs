using Google.Rpc;
using Grpc.Core;
using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Jobs;

/// <summary>
/// The failures of the jobs building block. Wording and codes: daprd's API errors; over HTTP the reason is the error code.
/// </summary>
internal sealed class JobErrors(string appId)
{
    public DaprException Empty(string what, string reason) => Make(400, StatusCode.InvalidArgument, reason, $"{what} is empty", true);

    public DaprException NameTwice() =>
        Make(400, StatusCode.InvalidArgument, "DAPR_SCHEDULER_JOB_NAME", "Set the job name in the url only", false);

    public DaprException Schedule(string detail) =>
        Make(500, StatusCode.Internal, "DAPR_SCHEDULER_SCHEDULE_JOB", $"failed to schedule job due to: {detail}", true);

    public DaprException Get(string detail) =>
        Make(500, StatusCode.Internal, "DAPR_SCHEDULER_GET_JOB", $"failed to get job due to: {detail}", true);

    public DaprException Delete(string detail) =>
        Make(500, StatusCode.Internal, "DAPR_SCHEDULER_DELETE_JOB", $"failed to delete job due to: {detail}", true);

    public DaprException Exists(string name) =>
        Make(
            409,
            StatusCode.AlreadyExists,
            "DAPR_SCHEDULER_SCHEDULE_JOB",
            "failed to schedule job due to: rpc error: code = AlreadyExists desc = job already exists: "
                + $"'app||{InvocationHeaders.Namespace}||{appId}||{name}'",
            true
        );

    public DaprException Missing(string name) =>
        Make(
            500,
            StatusCode.Internal,
            "DAPR_SCHEDULER_GET_JOB",
            $"failed to get job due to: rpc error: code = NotFound desc = job not found: {name}",
            true
        );

    private DaprException Make(int http, StatusCode grpc, string reason, string message, bool named)
    {
        var metadata = new Dictionary<string, string> { ["appID"] = appId };
        if (named)
        {
            metadata["namespace"] = InvocationHeaders.Namespace;
        }
        ErrorInfo info = ErrorDetails.Info(reason, metadata);
        return new DaprException(new DaprError(http, grpc, reason, message) { Details = [info] });
    }
}
