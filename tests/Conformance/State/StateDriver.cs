using Conformance.Running;

namespace Conformance.State;

/// <summary>A state store as the suite sees it: its component, and what it can do.</summary>
public abstract class StateDriver
{
    public abstract string Component(string name, params (string Name, string Value)[] metadata);

    /// <summary>Whether ETags of a transaction are compared with what the operations before them have written.</summary>
    public abstract bool ComparesWithinTransaction { get; }

    /// <summary>Why the store can't be tested on this machine; null when it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Starts what the store needs.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>The status of a save whose ETag can't be one of the store's, and of such a delete.</summary>
    public virtual (int Save, int Delete) UnreadableETag => (409, 409);

    /// <summary>Whether an ETag for a key that does not exist conflicts.</summary>
    public virtual bool ETagNeedsKey => true;

    /// <summary>The status of a first-write that is not the first.</summary>
    public virtual int SecondFirstWrite => 409;

    /// <summary>Whether first-write without ETag counts in a transaction.</summary>
    public virtual bool FirstWriteInTransactions => true;

    /// <summary>Whether a value tells when it expires.</summary>
    public virtual bool TellsExpiry => true;

    /// <summary>Whether JSON comes back byte for byte.</summary>
    public virtual bool KeepsJson => true;
}

public sealed class InMemoryState : StateDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "state.in-memory", metadata);

    public override bool ComparesWithinTransaction => false;
}

public sealed class SqliteState : StateDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "state.sqlite", [("connectionString", $"{{scratch}}/{name}.db"), .. metadata]);

    public override bool ComparesWithinTransaction => true;
}

/// <summary>One sidecar for all state tests of a driver; tests keep apart by their keys.</summary>
public sealed class StateSidecar<TDriver> : IAsyncLifetime
    where TDriver : StateDriver, new()
{
    public TDriver Driver { get; } = new();

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Driver.Missing is not null)
        {
            return; // each test says so
        }
        await Driver.StartAsync();
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "state-app",
                Isolated = true,
                Resources =
                [
                    Driver.Component("store"),
                    Driver.Component("named", ("keyPrefix", "name")),
                    Yaml.ScopedComponent("others", "state.in-memory", "another-app"),
                ],
            }
        );
    }

    public async Task DisposeAsync() => await (Sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
}
