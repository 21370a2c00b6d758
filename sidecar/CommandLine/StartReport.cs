using Sidecar.Hosting;
using Sidecar.Logging;
using Sidecar.Secrets;

namespace Sidecar.CommandLine;

/// <summary>Logs the start of a sidecar in daprd's texts, because tools wait for them.</summary>
internal static class StartReport
{
    public static void Write(AppSidecar sidecar, DaprdLog log, long begun)
    {
        var options = sidecar.Options;
        foreach (var component in sidecar.Components.Loaded)
        {
            log.Write(
                LogLevel.Information,
                $"Component loaded: {component.Resource.Name} ({component.Resource.Type}/{component.Resource.Version})"
            );
        }
        foreach (
            var scope in sidecar.Configuration.SecretScopes.Where(scope =>
                !sidecar.Components.Of<ISecretStore>().ContainsKey(scope.StoreName)
            )
        )
        {
            log.Write(LogLevel.Warning, $"Secrets configuration added for '{scope.StoreName}', but no matching secret store was found");
        }
        if (sidecar.Blocks.Workflows is not null)
        {
            log.Write(LogLevel.Information, "Workflow engine started");
        }
        log.Write(LogLevel.Information, $"API gRPC server is running on port {options.GrpcPort}");
        log.Write(LogLevel.Information, $"HTTP server is running on port {options.HttpPort}");
        log.Write(LogLevel.Information, $"Internal gRPC server is running on {options.ListenAddresses[0]}:{options.InternalGrpcPort}");
        if (options.AppPort > 0)
        {
            log.Write(
                LogLevel.Information,
                $"application protocol: {options.AppProtocol}. waiting on port {options.AppPort}.  This will block until the "
                    + "app is listening on that port."
            );
        }
        log.Write(
            LogLevel.Information,
            $"dapr initialized. Status: Running. Init Elapsed {TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds:0}ms"
        );
    }
}
