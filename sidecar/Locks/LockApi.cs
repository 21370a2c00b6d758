using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Resiliency;

namespace Sidecar.Locks;

/// <summary>The distributed lock building block of one app, free of transport. What is checked first: daprd's order.</summary>
internal sealed class LockApi(ComponentSet components, PolicyBook policies)
{
    public async Task<bool> TryLockAsync(string store, string resource, string owner, int expiryInSeconds, CancellationToken cancellation)
    {
        if (expiryInSeconds <= 0)
        {
            throw DaprErrors.LockExpiry(store);
        }
        var component = Demand(store, resource, owner);
        var key = component.Keys.Stored(resource) ?? throw DaprErrors.TryLock(IllegalKey(resource));
        try
        {
            return await policies
                .Outbound(store, ComponentKind.Lock)
                .RunAsync(limit => component.Store.TryLockAsync(key, owner, TimeSpan.FromSeconds(expiryInSeconds), limit), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw DaprErrors.TryLock(e.Message);
        }
    }

    public async Task<UnlockOutcome> UnlockAsync(string store, string resource, string owner, CancellationToken cancellation)
    {
        var component = Demand(store, resource, owner);
        var key = component.Keys.Stored(resource) ?? throw DaprErrors.Unlock(IllegalKey(resource));
        try
        {
            return await policies
                .Outbound(store, ComponentKind.Lock)
                .RunAsync(limit => component.Store.UnlockAsync(key, owner, limit), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw DaprErrors.Unlock(e.Message);
        }
    }

    private LockComponent Demand(string store, string resource, string owner)
    {
        if (components.Of<LockComponent>().Count == 0)
        {
            throw DaprErrors.LockStoresNotConfigured();
        }
        if (resource.Length == 0)
        {
            throw DaprErrors.LockResourceEmpty(store);
        }
        if (owner.Length == 0)
        {
            throw DaprErrors.LockOwnerEmpty(store);
        }
        return components.Of<LockComponent>().GetValueOrDefault(store) ?? throw DaprErrors.LockStoreNotFound(store);
    }

    private static string IllegalKey(string resource) => $"input key/keyPrefix '{resource}' can't contain '||'";
}
