using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace EndToEnd.Systems;

/// <summary>
/// Replaces <c>dapr run -f</c> and its operator: starts a daprd for each app of the template, placement and scheduler, with name resolution
/// by a file and tokens for each app. Restarts processes that exit unexpectedly. With the embedded sidecar in daprd's place the services
/// run in the test process.
/// </summary>
internal sealed class DaprdRun : SystemRun
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    private readonly string set;
    private readonly DaprInstallation dapr;
    private readonly ConcurrentQueue<string> output = new();
    private readonly RunRecord record;
    private readonly ControlPlane controlPlane;
    private readonly List<DaprdApp> apps = [];
    private readonly List<HostedService> services = [];

    public DaprdRun(SystemFolder folder, string set, DaprInstallation dapr)
        : base(folder)
    {
        (this.set, this.dapr, record) = (set, dapr, new RunRecord(folder));
        controlPlane = new ControlPlane(folder, dapr, record, Keep);
    }

    public override string Output => string.Join(Environment.NewLine, output);

    private IEnumerable<SupervisedProcess> Daprds => apps.Select(app => app.Daprd);

    private IEnumerable<SupervisedProcess> Commands => apps.Select(app => app.Command).OfType<SupervisedProcess>();

    private IEnumerable<SupervisedProcess> All => [.. Commands, .. Daprds, .. controlPlane.Processes];

    public override IReadOnlyDictionary<string, string> EnvironmentOf(string appId) =>
        apps.Single(app => app.Options.AppId == appId).Environment;

    public override async Task ReadyAsync()
    {
        foreach (var left in Folder.Recorded().Where(process => process.AppId.Length > 0 && process.IsAlive))
        {
            Keep($"ending process {left.ProcessId} of app '{left.AppId}', left over from a run that was killed");
        }
        await Folder.EndLeftoversAsync();
        await controlPlane.StartAsync();
        apps.AddRange(RunTemplate.Read(Folder, set).Select(Prepared));
        foreach (var daprd in Daprds)
        {
            daprd.Start();
        }
        // Checks one process after the other: all start at the same time, and requests would slow them down.
        foreach (var app in apps)
        {
            await StartCommandAsync(app);
        }
        foreach (var app in apps)
        {
            await UntilAsync($"{app.Options.AppId} is ready", () => IsReadyAsync(app));
        }
    }

    /// <summary>Kills an app's daprd (kill -9) and waits until it is restarted.</summary>
    public Task CrashDaprdAsync(string appId) => apps.Single(app => app.Options.AppId == appId).Daprd.CrashAsync();

    public override Task KillAsync()
    {
        if (services.Count > 0)
        {
            throw new NotSupportedException("the services run in the test process, and can not outlive this run");
        }
        foreach (var process in Commands.Concat(controlPlane.Processes))
        {
            process.Release();
        }
        return Task.WhenAll(Daprds.Select(daprd => daprd.KillAsync()));
    }

    /// <summary>Stops the apps before the sidecars, because the apps need them to finish their work.</summary>
    public override async Task<int> StopAsync()
    {
        await Task.WhenAll([.. Commands.Select(command => command.StopAsync()), .. services.Select(service => service.StopAsync())]);
        var codes = await Task.WhenAll(Daprds.Select(daprd => daprd.StopAsync()));
        await Task.WhenAll(controlPlane.Processes.Select(process => process.StopAsync()));
        return codes.Max();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var process in All)
        {
            process.Release();
        }
        await Task.WhenAll(services.Select(service => service.StopAsync()));
        await Folder.EndLeftoversAsync();
        foreach (var process in All)
        {
            await process.DisposeAsync();
        }
    }

    private DaprdApp Prepared(TemplateApp app)
    {
        var (http, grpc, metrics) = (
            Folder.Port($"{app.AppId} http"),
            Folder.Port($"{app.AppId} grpc"),
            Folder.Port($"{app.AppId} metrics")
        );
        var (token, appToken) = (app.Environment.GetValueOrDefault("DAPR_API_TOKEN") ?? Secret(), Secret());
        var daprd = Folder.Command(
            [
                .. dapr.Daprd,
                "--app-id",
                app.AppId,
                "--app-port",
                $"{app.Port}",
                "--app-protocol",
                app.Protocol,
                "--dapr-http-port",
                $"{http}",
                "--dapr-grpc-port",
                $"{grpc}",
                "--dapr-internal-grpc-port",
                $"{Folder.Port($"{app.AppId} internal")}",
                "--metrics-port",
                $"{metrics}",
                "--dapr-listen-addresses",
                "127.0.0.1",
                "--dapr-internal-grpc-listen-address",
                "127.0.0.1",
                "--metrics-listen-address",
                "127.0.0.1",
                .. app.Resources.SelectMany(path => (string[])["--resources-path", path]),
                "--config",
                controlPlane.WithNames(app.Configuration),
                .. dapr.Sentry is null ? (string[])[] : ["--config", Folder.In($"components/access/{app.AppId}.yaml")],
                .. controlPlane.FlagsOfDaprd,
                .. dapr.Placement is null ? (string[])[] : ["--placement-host-address", $"127.0.0.1:{Folder.Port("placement")}"],
                .. dapr.Scheduler is null ? (string[])[] : ["--scheduler-host-address", $"127.0.0.1:{Folder.Port("scheduler")}"],
                .. app.HealthPath is null
                    ? (string[])[]
                    :
                    [
                        "--enable-app-health-check",
                        "--app-health-check-path",
                        app.HealthPath,
                        "--app-health-probe-interval",
                        $"{app.ProbeInterval}",
                        "--app-health-threshold",
                        $"{app.Threshold}",
                    ],
            ],
            app.Directory
        );
        daprd.Environment["DAPR_HOST_IP"] = "127.0.0.1"; // under which the others find it
        daprd.Environment["DAPR_API_TOKEN"] = token;
        daprd.Environment["APP_API_TOKEN"] = appToken;
        daprd.Environment["DAPR_TRUST_ANCHORS"] = controlPlane.TrustedRoot;
        daprd.Environment["NAMESPACE"] = "default";
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["APP_ID"] = app.AppId,
            ["APP_PORT"] = $"{app.Port}",
            ["APP_PROTOCOL"] = app.Protocol,
            ["DAPR_HTTP_PORT"] = $"{http}",
            ["DAPR_GRPC_PORT"] = $"{grpc}",
            ["DAPR_METRICS_PORT"] = $"{metrics}",
            ["DAPR_API_TOKEN"] = token,
            ["APP_API_TOKEN"] = appToken,
        };
        foreach (var (name, value) in app.Environment)
        {
            environment[name] = value;
        }
        var service = dapr == DaprInstallation.Embedded ? HostedService.FileOf(Folder, app.Command, app.Directory) : null;
        return new DaprdApp(
            app,
            http,
            metrics,
            token,
            appToken,
            environment,
            Kept($"daprd of {app.AppId}", "", daprd),
            service,
            app.Command.Count == 0 || service is not null ? null : Kept(app.AppId, app.AppId, OfApp())
        );

        ProcessStartInfo OfApp()
        {
            var command = Folder.Command([.. app.Command], app.Directory);
            foreach (var (name, value) in environment)
            {
                command.Environment[name] = value;
            }
            return command;
        }
    }

    /// <summary>Starts the app when its sidecar listens, as the Dapr CLI does, because an app may read secrets at its start.</summary>
    private async Task StartCommandAsync(DaprdApp app)
    {
        if (app.Options.Command.Count == 0)
        {
            return;
        }
        await UntilAsync($"the daprd of {app.Options.AppId} listens", async () => await StatusAsync(app) != 0);
        app.Command?.Start();
        if (app.Service is { } service)
        {
            services.Add(
                HostedService.Start(service, app.Options.Directory, app.Environment, line => Keep($"{app.Options.AppId}: {line}"))
            );
        }
    }

    /// <summary>True if the sidecar has found the app healthy, so that it delivers events, and hosts its actors.</summary>
    private static async Task<bool> IsReadyAsync(DaprdApp app)
    {
        if (await StatusAsync(app) is not HttpStatusCode.NoContent)
        {
            return false;
        }
        if (app.Options.Command.Count == 0)
        {
            return true; // not started by this run, so it may start later
        }
        if (app.Options.Protocol == "grpc")
        {
            return !FreePort.IsFree(app.Options.Port); // daprd reports nothing else about gRPC apps
        }
        return (app.Options.HealthPath is null || await HasBeenProbedAsync(app))
            && (await HostedTypesAsync(app)).IsSubsetOf(await ActiveTypesAsync(app));
    }

    private static async Task<HttpStatusCode> StatusAsync(DaprdApp app)
    {
        using var answer = await Http.GetAsync(app.Api("healthz"));
        return answer.StatusCode;
    }

    private static async Task<bool> HasBeenProbedAsync(DaprdApp app) =>
        (await Http.GetStringAsync(new Uri($"http://127.0.0.1:{app.MetricsPort}/metrics")))
            .Split('\n')
            .Any(line =>
                line.StartsWith("dapr_http_healthprobes_completed_count{", StringComparison.Ordinal)
                && line.Contains("status=\"200\"", StringComparison.Ordinal)
            );

    /// <summary>Returns the actor types that the app declares.</summary>
    private static async Task<HashSet<string>> HostedTypesAsync(DaprdApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{app.Options.Port}/dapr/config");
        request.Headers.Add("dapr-api-token", app.AppToken);
        using var answer = await Http.SendAsync(request);
        return
            answer.IsSuccessStatusCode
            && JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.TryGetProperty("entities", out var types)
            ? [.. types.EnumerateArray().Select(type => type.GetString()!)]
            : [];
    }

    private static async Task<IEnumerable<string>> ActiveTypesAsync(DaprdApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Api("metadata"));
        request.Headers.Add("dapr-api-token", app.Token);
        using var answer = await Http.SendAsync(request);
        var metadata = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return
            metadata.TryGetProperty("actorRuntime", out var runtime)
            && runtime.TryGetProperty("hostReady", out var ready)
            && ready.GetBoolean()
            && runtime.TryGetProperty("activeActors", out var active)
            ? [.. active.EnumerateArray().Select(type => type.GetProperty("type").GetString()!)]
            : [];
    }

    /// <summary>Repeats a check until it succeeds. A process that is starting may not answer yet.</summary>
    private Task UntilAsync(string what, Func<Task<bool>> @event) =>
        Wait.ForAsync(
            what,
            async () =>
            {
                var givenUp = services.Any(service => service.Ended.IsCompleted)
                    ? "a service has ended"
                    : All.Select(process => process.GivenUp).OfType<string>().FirstOrDefault();
                Assert.True(givenUp is null, $"{givenUp}:{Environment.NewLine}{LastLines()}");
                try
                {
                    return await @event() ? "yes" : null;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    return null;
                }
            },
            LastLines
        );

    private string LastLines() => string.Join(Environment.NewLine, output.TakeLast(60));

    private SupervisedProcess Kept(string name, string recordedAs, ProcessStartInfo command) =>
        new(name, recordedAs, command, record, Keep);

    private void Keep(string line) => output.Enqueue(line);

    private static string Secret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <param name="Service">The service's assembly if it runs in the test process.</param>
    /// <param name="Command">Null if it does, or if the template has no command.</param>
    private sealed record DaprdApp(
        TemplateApp Options,
        int HttpPort,
        int MetricsPort,
        string Token,
        string AppToken,
        IReadOnlyDictionary<string, string> Environment,
        SupervisedProcess Daprd,
        string? Service,
        SupervisedProcess? Command
    )
    {
        public Uri Api(string path) => new($"http://127.0.0.1:{HttpPort}/v1.0/{path}");
    }
}
