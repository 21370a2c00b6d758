using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the health API.</summary>
internal static class HealthErrors
{
    public static DaprException NotReady(string targets) =>
        new(new(500, StatusCode.Internal, "ERR_HEALTH_NOT_READY", $"dapr is not ready: {targets}"));

    public static DaprException OutboundNotReady() =>
        new(new(500, StatusCode.Internal, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));

    public static DaprException OtherAppId() =>
        new(new(500, StatusCode.Internal, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match"));
}
