using Microsoft.Extensions.Configuration;

namespace ServiceDefaults.Requests;

/// <summary>Addresses of the app's own sidecar. Source: Dapr docs, "Environment variable reference".</summary>
public static class SidecarAddress
{
    public static Uri Http(IConfiguration settings) => Of(settings, "DAPR_HTTP_ENDPOINT", "DAPR_HTTP_PORT", "3500");

    public static Uri Grpc(IConfiguration settings) => Of(settings, "DAPR_GRPC_ENDPOINT", "DAPR_GRPC_PORT", "50001");

    private static Uri Of(IConfiguration settings, string endpoint, string port, string usualPort) =>
        new(
            settings[endpoint] is { Length: > 0 } address
                ? address
                : $"http://127.0.0.1:{(settings[port] is { Length: > 0 } named ? named : usualPort)}"
        );
}
