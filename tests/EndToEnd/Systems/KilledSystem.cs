namespace EndToEnd.Systems;

/// <summary>One system for all cases that kill, end and start parts of it, and leave it running.</summary>
public sealed class KilledSystem : SharedSystem;

[CollectionDefinition(Name)]
public sealed class OnKilledSystem : ICollectionFixture<KilledSystem>
{
    public const string Name = "killed system";
}
