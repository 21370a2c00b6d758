namespace EndToEnd.Systems;

/// <summary>
/// Shared system of the cases about its processes, without the console, whose own tests kill and stop it. Cases that kill or stop parts of
/// the system leave it running.
/// </summary>
public sealed class KilledSystem : SharedSystem
{
    private protected override SystemHosting Hosting => SystemHosting.Processes;

    private protected override void Prepare(SystemFolder folder)
    {
        base.Prepare(folder);
        folder.LeaveOut("console");
    }
}

[CollectionDefinition(Name)]
public sealed class OnKilledSystem : ICollectionFixture<KilledSystem>
{
    public const string Name = "killed system";
}
