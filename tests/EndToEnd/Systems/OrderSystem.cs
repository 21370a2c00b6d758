using EndToEnd.Orders;
using EndToEnd.Sets;

namespace EndToEnd.Systems;

/// <summary>The whole system: its services and their sidecars, in a folder of their own.</summary>
internal sealed class OrderSystem : IAsyncDisposable
{
    private readonly SystemFolder folder;
    private readonly bool ownsSet;
    private SystemHosting hosting;
    private DaprInstallation? dapr;
    private readonly List<SystemRun> ended = [];
    private SystemRun run;

    private OrderSystem(SystemFolder folder, StoreSet set, bool ownsSet, DaprInstallation? dapr, SystemHosting hosting)
    {
        (this.folder, this.dapr, Set, this.ownsSet, this.hosting) = (folder, dapr, set, ownsSet, hosting);
        run = SystemRun.Start(folder, set.Name, dapr, hosting);
        Api = new Api(folder.Ports["gateway"], output: () => run.Output);
        Ledger = new Ledger(set);
    }

    public StoreSet Set { get; }

    public Api Api { get; }

    public Ledger Ledger { get; }

    public Uri Edge => new($"http://localhost:{folder.Ports["gateway"]}");

    /// <summary>Returns a client of the API for another caller; without a name it is anonymous.</summary>
    public Api As(string? name, string role) => new(folder.Ports["gateway"], name, role);

    public int PortOf(string appId) => folder.Ports[appId];

    public string Output => run.Output;

    /// <summary>The output of this run and of those before it.</summary>
    public string Log => string.Join(Environment.NewLine, ended.Append(run).Select(one => one.Output));

    public IReadOnlyList<RunningProcess> Processes => folder.Recorded();

    /// <param name="prepare">Changes the folder before the start: another setting, a file that is missing.</param>
    /// <param name="hosting">Where the apps and their sidecars run; null for the test process.</param>
    public static Task<OrderSystem> StartAsync(Action<SystemFolder> prepare, SystemHosting? hosting = null) =>
        StartAsync(null, prepare, hosting: hosting);

    /// <param name="set">The component set, whose servers run already and go on running; null for the suite's, with servers of its
    /// own.</param>
    /// <param name="dapr">Whose daprd each app gets; null for what the suite runs on.</param>
    /// <param name="hosting">Where the apps and their sidecars run; null for the test process.</param>
    public static async Task<OrderSystem> StartAsync(
        StoreSet? set = null,
        Action<SystemFolder>? prepare = null,
        DaprInstallation? dapr = null,
        SystemHosting? hosting = null
    )
    {
        var folder = await SystemFolder.CreateAsync();
        var ownsSet = set is null;
        set ??= await StoreSet.OfSuiteAsync();
        set.PointAt(folder);
        prepare?.Invoke(folder);
        var system = new OrderSystem(folder, set, ownsSet, Chosen(dapr), hosting ?? SystemHosting.TestProcess);
        try
        {
            await system.run.ReadyAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns a client with the rights of an app at its sidecar.</summary>
    public AppSidecar SidecarOf(string appId) => new(run.EnvironmentOf(appId));

    public Task KillAppAsync(string appId) => Processes.Single(process => process.AppId == appId).KillAsync();

    public Task KillSidecarAsync() => run.KillAsync();

    /// <summary>Kills an app's sidecar in a system with a sidecar for each app, and waits until it is restarted.</summary>
    public Task CrashDaprdAsync(string appId) => ((DaprdRun)run).CrashDaprdAsync(appId);

    /// <summary>Runs the system again with the same data, after it was killed or stopped.</summary>
    /// <param name="elsewhere">Where it runs from now on; null for the same place. The test process has compiled the code already, so a
    /// system that needs no second kill starts there in a third of the time.</param>
    public async Task StartAgainAsync(SystemHosting? elsewhere = null)
    {
        ended.Add(run);
        hosting = elsewhere ?? hosting;
        run = SystemRun.Start(folder, Set.Name, dapr, hosting);
        await run.ReadyAsync();
    }

    /// <summary>Ends the system and starts it on another runtime, with the same data.</summary>
    public async Task MoveToAsync(DaprInstallation next)
    {
        await StopAsync();
        dapr = Chosen(next);
        await StartAgainAsync();
    }

    /// <summary>Changes a component's file while the system is stopped. The services do not change.</summary>
    public void Rewrite(string component, string yaml) => File.WriteAllText(folder.In($"components/{Set.Name}/{component}.yaml"), yaml);

    /// <summary>Runs the same command a second time, while the first is running.</summary>
    public SidecarProcess StartSecond() => SidecarProcess.Start(folder, Set.Name);

    public void RequestStop() => RunningProcess.RequestStop(((SidecarProcess)run).Process);

    public Task<int> StopAsync() => run.StopAsync();

    /// <summary>Ends the system as Ctrl-C does. The exit code of a real daprd is not checked: it ends with 1 if its app still holds streams
    /// after its grace, and with 2 if it panics while it closes RabbitMQ's subscriptions.</summary>
    public async Task EndsWellAsync()
    {
        var code = await StopAsync();
        var isRealDaprd = dapr is not null && dapr != DaprInstallation.Embedded;
        Assert.True(code == 0 || isRealDaprd, $"exit code {code}:{Environment.NewLine}{Output}");
    }

    private static DaprInstallation? Chosen(DaprInstallation? requested) =>
        requested == DaprInstallation.EmbeddedRun ? null : requested ?? DaprInstallation.OfSuite;

    public async ValueTask DisposeAsync()
    {
        await run.DisposeAsync();
        Api.Dispose();
        folder.Dispose();
        if (ownsSet)
        {
            await Set.DisposeAsync();
        }
    }
}
