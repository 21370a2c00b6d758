using Conformance.Running;

namespace Conformance.State;

/// <summary>A state store as the suite sees it: its component, and what it can do.</summary>
public abstract class StateDriver
{
    public abstract string Component(string name, params (string Name, string Value)[] metadata);

    /// <summary>Whether ETags of a transaction are compared with what the operations before them have written.</summary>
    public abstract bool ComparesWithinTransaction { get; }
}

public sealed class InMemoryState : StateDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) => Yaml.Component(name, "state.in-memory", metadata);

    public override bool ComparesWithinTransaction => false;
}

public sealed class SqliteState : StateDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata)
        => Yaml.Component(name, "state.sqlite", [("connectionString", $"{{scratch}}/{name}.db"), .. metadata]);

    public override bool ComparesWithinTransaction => true;
}

/// <summary>One sidecar for all state tests of a driver; tests keep apart by their keys.</summary>
public sealed class StateSidecar<TDriver> : IAsyncLifetime where TDriver : StateDriver, new()
{
    public TDriver Driver { get; } = new();

    public SidecarProcess Sidecar { get; private set; } = null!;

    public async Task InitializeAsync() => Sidecar = await SidecarProcess.StartAsync(new SidecarOptions
    {
        AppId = "state-app",
        Resources = [Driver.Component("store"), Driver.Component("named", ("keyPrefix", "name")), Yaml.ScopedComponent("others", "state.in-memory", "another-app")],
    });

    public async Task DisposeAsync() => await Sidecar.DisposeAsync();
}
