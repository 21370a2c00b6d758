namespace EndToEnd.Systems;

/// <summary>
/// Shared system of the cases about its processes. Each of its three starts compiles every app anew, so it has only those of the sagas: the
/// console's own tests kill and stop the console, and the chaos run kills orders-grpc. Cases that kill or stop parts of the system leave it
/// running.
/// </summary>
public sealed class KilledSystem : SharedSystem
{
    private protected override SystemHosting Hosting => SystemHosting.Processes;

    private protected override void Prepare(SystemFolder folder)
    {
        base.Prepare(folder);
        folder.LeaveOutViewers();
    }
}

[CollectionDefinition(Name)]
public sealed class OnKilledSystem : ICollectionFixture<KilledSystem>
{
    public const string Name = "killed system";
}
