using EndToEnd.Orders;

namespace EndToEnd.Systems;

/// <summary>The whole system: six services and their sidecars, in a folder of their own.</summary>
internal sealed class OrderSystem : IAsyncDisposable
{
    private readonly SystemFolder folder;
    private SidecarProcess sidecar;

    private OrderSystem(SystemFolder folder, SidecarProcess sidecar)
        => (this.folder, this.sidecar, Api, Books) = (folder, sidecar, new Api(folder.Ports["gateway"]), new Books(folder));

    public Api Api { get; }

    public Books Books { get; }

    public Uri Edge => new($"http://localhost:{folder.Ports["gateway"]}");

    /// <summary>The API as somebody else meets it; a null name is a stranger.</summary>
    public Api As(string? name, string role) => new(folder.Ports["gateway"], name, role);

    public int PortOf(string appId) => folder.Ports[appId];

    public string Output => sidecar.Output;

    public IReadOnlyList<RunningProcess> Processes => folder.Recorded();

    /// <param name="prepare">Changes the folder before the start: another setting, a file that is missing.</param>
    public static async Task<OrderSystem> StartAsync(Action<SystemFolder>? prepare = null)
    {
        var folder = await SystemFolder.CreateAsync();
        prepare?.Invoke(folder);
        var system = new OrderSystem(folder, SidecarProcess.Start(folder, "run", "-f", folder.Template));
        try
        {
            await system.sidecar.ReadyAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>What an app itself could do through its sidecar.</summary>
    public AppSidecar SidecarOf(string appId) => new(Processes.Single(process => process.AppId == appId));

    public Task KillAppAsync(string appId) => Processes.Single(process => process.AppId == appId).KillAsync();

    public Task KillSidecarAsync() => sidecar.KillAsync();

    /// <summary>The same command again, after the sidecar was killed.</summary>
    public async Task StartAgainAsync()
    {
        sidecar = SidecarProcess.Start(folder, "run", "-f", folder.Template);
        await sidecar.ReadyAsync();
    }

    /// <summary>The same command once more, while the first is running.</summary>
    public SidecarProcess StartSecond() => SidecarProcess.Start(folder, "run", "-f", folder.Template);

    public Task<int> StopAsync() => sidecar.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        Api.Dispose();
        folder.Dispose();
    }
}
