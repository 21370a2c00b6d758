namespace EndToEnd.Systems;

/// <summary>Shared system of the cases about its processes. Those that kill or stop parts of it leave it running.</summary>
public sealed class KilledSystem : SharedSystem
{
    private protected override SystemHosting Hosting => SystemHosting.Processes;
}

[CollectionDefinition(Name)]
public sealed class OnKilledSystem : ICollectionFixture<KilledSystem>
{
    public const string Name = "killed system";
}
