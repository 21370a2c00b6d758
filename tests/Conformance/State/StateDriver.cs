using Conformance.Running;

namespace Conformance.State;

/// <summary>A state store under test: its component, and its abilities.</summary>
public abstract class StateDriver
{
    public abstract string Component(string name, params (string Name, string Value)[] metadata);

    /// <summary>True if ETags of a transaction are compared with earlier writes of the same transaction.</summary>
    public abstract bool ComparesWithinTransaction { get; }

    /// <summary>Why the store can't be tested on this machine; null when it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Starts the servers that the store needs.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>The status of a save with an ETag that is invalid for the store, and of such a delete.</summary>
    public virtual (int Save, int Delete) UnreadableETag => (409, 409);

    /// <summary>True if an ETag for a missing key conflicts.</summary>
    public virtual bool ETagNeedsKey => true;

    /// <summary>The status of a first-write that is not the first.</summary>
    public virtual int SecondFirstWrite => 409;

    /// <summary>True if first-write without ETag counts in a transaction.</summary>
    public virtual bool FirstWriteInTransactions => true;

    /// <summary>True if last-write saves in spite of an ETag.</summary>
    public virtual bool LastWriteIgnoresETag => false;

    /// <summary>True if first-write refuses the delete of a key that exists.</summary>
    public virtual bool FirstWriteRefusesDeletes => false;

    /// <summary>True if the store refuses an unknown concurrency of such an operation.</summary>
    public virtual bool ChecksOptions(string operation, bool inTransaction) => true;

    /// <summary>True if a value contains its expiry.</summary>
    public virtual bool TellsExpiry => true;

    /// <summary>True if JSON is returned byte for byte.</summary>
    public virtual bool KeepsJson => true;
}

public sealed class InMemoryState : StateDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "state.in-memory", metadata);

    public override bool ComparesWithinTransaction => false;
    public override bool FirstWriteRefusesDeletes => true;

    public override bool ChecksOptions(string operation, bool inTransaction) => operation == "upsert" || !inTransaction;
}

public sealed class SqliteState : StateDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "state.sqlite", [("connectionString", $"{{scratch}}/{name}.db"), .. metadata]);

    public override bool ComparesWithinTransaction => true;
}

/// <summary>One sidecar for all state tests of a driver; tests use separate keys.</summary>
public sealed class StateSidecar<TDriver> : IAsyncLifetime
    where TDriver : StateDriver, new()
{
    public TDriver Driver { get; } = new();

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Driver.Missing is not null)
        {
            return; // each test sets it
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
