extern alias sidecar;

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using sidecar::Sidecar.Hosting;
using sidecar::Sidecar.Names;
using sidecar::Sidecar.Running;
using EmbeddedSidecar = sidecar::Sidecar.Hosting.AppSidecar;

namespace EndToEnd.Systems;

/// <summary>
/// The sidecars and the services of a folder in this process, so that their code is compiled once for all systems. Commands that are not
/// a service run in a process of their own, and so do the apps of <paramref name="ownProcesses"/>; they are restarted when they exit.
/// </summary>
/// <param name="echo">Receives each line of the output.</param>
internal sealed class InProcessRun(SystemFolder folder, string set, IReadOnlyList<string> ownProcesses, Action<string>? echo = null)
    : SystemRun(folder)
{
    private readonly ConcurrentQueue<string> output = new();
    private readonly RunRecord record = new(folder);
    private readonly Dictionary<string, Dictionary<string, string>> environments = new(StringComparer.Ordinal);
    private readonly List<HostedService> services = [];
    private readonly List<SupervisedProcess> commands = [];
    private SidecarServer? server;

    public override string Output => string.Join(Environment.NewLine, output);

    public override IReadOnlyDictionary<string, string> EnvironmentOf(string appId) => environments[appId];

    public override async Task ReadyAsync()
    {
        var apps = RunTemplateReader.Read(Folder.Template, set).Apps.Select(app => app.Completed()).ToList();
        server = await SidecarServer.StartAsync(
            new ServerOptions(
                [.. apps.Select(app => app.Options)],
                Strict: true,
                RegistryFolder: SidecarRegistry.FolderIn(Folder.Path) // other systems of this process have apps of the same names
            ),
            logging => logging.AddProvider(new LineLogger(line => Keep("sidecar", line))),
            CancellationToken.None
        );
        var awaited = new List<Task>();
        foreach (var (app, sidecar) in apps.Zip(server.Sidecars))
        {
            environments[app.Options.AppId] = new Dictionary<string, string>(
                [.. AppEnvironment.Of(sidecar.Options).Concat(app.Environment).DistinctBy(variable => variable.Key)],
                StringComparer.Ordinal
            );
            if (app.Command.Count > 0)
            {
                Start(app, sidecar);
                awaited.Add(sidecar.FirstHealthy);
            }
        }
        var ready = Task.WhenAll(awaited);
        await Wait.UntilAsync("all apps are ready", () => ready.IsCompleted || Failure() is not null, LastLines);
        Assert.True(Failure() is null, $"{Failure()}:{Environment.NewLine}{LastLines()}");
        await ready;
    }

    /// <summary>Stops in the order of the sidecar's own run: no more deliveries, then the apps, then the sidecars.</summary>
    public override async Task<int> StopAsync()
    {
        var stopping = server!;
        server = null;
        await using (stopping)
        {
            foreach (var sidecar in stopping.Sidecars)
            {
                await sidecar.QuiesceAsync();
            }
            await Task.WhenAll([.. commands.Select(command => command.StopAsync()), .. services.Select(service => service.StopAsync())]);
        }
        return 0;
    }

    public override Task KillAsync() =>
        throw new NotSupportedException($"this system has no process of its own: ask for one with {nameof(SystemHosting)}");

    public override async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await StopAsync();
        }
        foreach (var command in commands)
        {
            await command.DisposeAsync();
        }
    }

    private void Start(RunApp app, EmbeddedSidecar sidecar)
    {
        var (appId, environment) = (app.Options.AppId, environments[app.Options.AppId]);
        if (!ownProcesses.Contains(appId) && HostedService.FileOf(Folder, app.Command, app.Directory) is { } service)
        {
            services.Add(HostedService.Start(service, app.Directory, environment, line => Keep(appId, line)));
            return;
        }
        var command = Folder.Command([.. app.Command], app.Directory);
        foreach (var (name, value) in environment)
        {
            command.Environment[name] = value;
        }
        var process = new SupervisedProcess(appId, appId, command, record, output.Enqueue, sidecar.AppRestarted);
        commands.Add(process);
        process.Start();
    }

    /// <summary>The reason why the start has failed; null if it has not.</summary>
    private string? Failure() =>
        services.Any(service => service.Ended.IsCompleted)
            ? "a service has ended"
            : commands.Select(command => command.GivenUp).OfType<string>().FirstOrDefault();

    private string LastLines() => string.Join(Environment.NewLine, output.TakeLast(60));

    private void Keep(string from, string line)
    {
        var labelled = $"{from, -12}│ {line}";
        output.Enqueue(labelled);
        echo?.Invoke(labelled);
    }
}
