using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Hosting;
using Sidecar.Logging;
using Sidecar.Reloading;
using Sidecar.Yaml;

namespace Sidecar.CommandLine;

/// <summary>
/// <c>sidecar daprd</c>: accepts daprd's flags, so that tools can start this program instead of daprd. A flag without effect here is
/// accepted and reported as ignored; a flag unknown to daprd is refused by name.
/// </summary>
internal static class DaprdCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, DaprdHost host, CancellationToken cancellation)
    {
        DaprdFlags flags;
        try
        {
            flags = DaprdFlags.Parse(arguments);
        }
        catch (FormatException e)
        {
            await host.Error.WriteLineAsync(e.Message);
            return 2;
        }
        if (flags.Has("version"))
        {
            await host.Output.WriteLineAsync(RuntimeVersion.Value);
            return 0;
        }
        if (flags.Text("app-id") is not { Length: > 0 } appId)
        {
            await host.Error.WriteLineAsync("app-id is missing: --app-id names the app this sidecar is for");
            return 2;
        }
        if (appId.Contains('.', StringComparison.Ordinal))
        {
            await host.Error.WriteLineAsync($"parameter app-id cannot contain dots: '{appId}'; a dot separates an app from its namespace");
            return 1;
        }
        var protocol = flags.Text("app-protocol") ?? "http";
        if (AppProtocols.Parse(protocol, flags.IsTrue("app-ssl")) is not { } known)
        {
            await host.Error.WriteLineAsync($"--app-protocol must be {AppProtocols.Known}, not '{protocol}'");
            return 1;
        }
        AppOptions options;
        TimeSpan? block;
        TimeSpan reconcile;
        try
        {
            options = DaprdOptions.Read(flags, appId, known) with { WorkingDirectory = host.WorkingDirectory };
            block = flags.Duration("dapr-block-shutdown-duration");
            reconcile =
                flags.Duration("hot-reload-reconcile-interval") is { } given && given > TimeSpan.Zero ? given : HotReload.DefaultInterval;
        }
        catch (FormatException e)
        {
            await host.Error.WriteLineAsync(e.Message);
            return 2;
        }
        if (options.Problem is { } problem)
        {
            await host.Error.WriteLineAsync(problem);
            return 1;
        }
        return await RunAsync(flags, options, block, reconcile, host, cancellation);
    }

    private static async Task<int> RunAsync(
        DaprdFlags flags,
        AppOptions options,
        TimeSpan? block,
        TimeSpan reconcile,
        DaprdHost host,
        CancellationToken cancellation
    )
    {
        var log = new DaprdLog(options.AppId, RuntimeVersion.Value, flags.IsTrue("log-as-json"), TimeProvider.System, host.Output);
        foreach (var name in flags.Ignored)
        {
            log.Write(LogLevel.Information, $"flag --{name} has no meaning for the embedded sidecar and is ignored");
        }
        var level = LogLevels.Parse(flags.Text("log-level") ?? "info");
        using var reloads = new ReloadSignal();
        while (true)
        {
            var reloadRequested = reloads.Next();
            var begun = TimeProvider.System.GetTimestamp();
            SidecarServer server;
            try
            {
                server = await SidecarServer.StartAsync(
                    new ServerOptions([options], Strict: flags.IsTrue("strict"), level, host.OwnsProcess, host.RegistryFolder),
                    logging => host.Log(logging, log),
                    cancellation
                );
            }
            catch (InvalidConfigurationException e)
            {
                var isConfiguration = options.ConfigPaths.Contains(e.Problems[0].File);
                FatalError.Write(log, isConfiguration ? "error loading configuration" : "failed to load components", e.Problems);
                return 1;
            }
            StartReport.Write(server.Sidecars[0], log, begun);
            var resources = server.FollowResources(server.Sidecars[0], reconcile);
            if (
                await DaprdShutdown.AwaitAsync(
                    server,
                    options,
                    block,
                    resources,
                    log,
                    TimeProvider.System,
                    reloadRequested,
                    cancellation
                ) is
                { } code
            )
            {
                return code;
            }
        }
    }
}
