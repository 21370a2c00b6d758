namespace EndToEnd.Systems;

/// <summary>One system for all cases that leave it well.</summary>
public class SharedSystem : IAsyncLifetime
{
    private OrderSystem? system;

    internal OrderSystem System => system!;

    public async Task InitializeAsync() => system = await OrderSystem.StartAsync(Prepare);

    public async Task DisposeAsync()
    {
        if (system is not null)
        {
            await system.DisposeAsync();
        }
    }

    private protected virtual void Prepare(SystemFolder folder)
    {
    }
}

[CollectionDefinition(Name)]
public sealed class OnSharedSystem : ICollectionFixture<SharedSystem>
{
    public const string Name = "shared system";
}
