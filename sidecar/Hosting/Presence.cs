namespace Sidecar.Hosting;

/// <summary>A sidecar's own announcement, as it changes. It is there for others from the first change until it is withdrawn.</summary>
/// <param name="store">Which store its actors are in; null for one that it does not share.</param>
internal sealed class Presence(Roster roster, string appId, int port, string? store)
{
    private readonly Lock gate = new();
    private bool withdrawn; // guarded by gate

    /// <summary>Whether other instances can have the same store.</summary>
    public bool IsShared => store is not null;

    /// <summary>As it was last announced.</summary>
    public Announcement Own { get; private set; } = new(appId, port, Environment.ProcessId, ProcessInfo.StartTime(Environment.ProcessId) ?? "", Invocable: false)
    {
        Group = store is null ? $"{appId} {Environment.ProcessId} {port}" : $"{appId} {store}",
    };

    /// <summary>Others read it when this returns.</summary>
    public void Change(Func<Announcement, Announcement> change)
    {
        lock (gate)
        {
            if (withdrawn)
            {
                return;
            }
            roster.Announce(Own = change(Own));
        }
    }

    /// <summary>Once and for all.</summary>
    public void Withdraw()
    {
        lock (gate)
        {
            if (!withdrawn)
            {
                withdrawn = true;
                roster.Withdraw(Own);
            }
        }
    }
}
