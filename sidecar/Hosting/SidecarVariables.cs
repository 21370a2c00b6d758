using System.Globalization;
using Sidecar.Apps;
using Sidecar.Http;

namespace Sidecar.Hosting;

/// <summary>
/// The environment variables that the Configuration of an app may refer to: those of this process, and over them those that a daprd sets
/// for itself. Several apps share this process, so they are not set.
/// </summary>
internal static class SidecarVariables
{
    public static string? Of(AppOptions app, string name) =>
        name switch
        {
            "APP_ID" => app.AppId,
            "APP_PORT" => Text(app.AppPort),
            "HOST_ADDRESS" => InvocationHeaders.HostAddress,
            "DAPR_PORT" => Text(app.InternalGrpcPort),
            "DAPR_HTTP_PORT" => Text(app.HttpPort),
            "DAPR_GRPC_PORT" => Text(app.GrpcPort),
            "DAPR_METRICS_PORT" => Text(app.MetricsPort),
            _ => Environment.GetEnvironmentVariable(name),
        };

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
