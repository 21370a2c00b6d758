namespace EndToEnd.Systems;

/// <summary>Shared system of the cases that kill or stop parts of it and leave it running.</summary>
public sealed class KilledSystem : SharedSystem;

[CollectionDefinition(Name)]
public sealed class OnKilledSystem : ICollectionFixture<KilledSystem>
{
    public const string Name = "killed system";
}
