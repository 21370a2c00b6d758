namespace EndToEnd.Systems;

/// <summary>A system shared by all cases that leave it healthy.</summary>
public class SharedSystem : IAsyncLifetime
{
    private OrderSystem? system;

    internal OrderSystem System => system!;

    private protected virtual SystemHosting Hosting => SystemHosting.TestProcess;

    public virtual async Task InitializeAsync() => system = await OrderSystem.StartAsync(Prepare, Hosting);

    public virtual async Task DisposeAsync()
    {
        if (system is not null)
        {
            await system.DisposeAsync();
        }
    }

    /// <summary>Grants the topics to the gateway, through whose sidecar the tests subscribe. The gateway itself needs none.</summary>
    private protected virtual void Prepare(SystemFolder folder) =>
        folder.InEverySet(
            "events.yaml",
            "orders-grpc=orders,orders-choreography;\n        gateway=",
            "orders-grpc=orders,orders-choreography;\n        gateway=orders,orders-choreography,inventory,inventory-choreography,payments,payments-choreography,shipments,shipments-choreography,customers"
        );
}

[CollectionDefinition(Name)]
public sealed class OnSharedSystem : ICollectionFixture<SharedSystem>
{
    public const string Name = "shared system";
}
