using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Resiliency;

namespace Sidecar.Locks;

/// <summary>The distributed lock building block of one app, independent of the transport. Checks in daprd's order.</summary>
internal sealed class LockApi(ComponentSet components, PolicyBook policies)
{
    public async Task<bool> TryLockAsync(string store, string resource, string owner, int expiryInSeconds, CancellationToken cancellation)
    {
        if (expiryInSeconds <= 0)
        {
            throw LockErrors.ExpiryNotPositive(store);
        }
        var component = Demand(store, resource, owner);
        var key = component.Keys.Stored(resource) ?? throw LockErrors.TryLockFailed(IllegalKey(resource));
        try
        {
            return await policies
                .Outbound(store, ComponentKind.Lock)
                .RunAsync(limit => component.Store.TryLockAsync(key, owner, TimeSpan.FromSeconds(expiryInSeconds), limit), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw LockErrors.TryLockFailed(e.Message);
        }
    }

    public async Task<UnlockOutcome> UnlockAsync(string store, string resource, string owner, CancellationToken cancellation)
    {
        var component = Demand(store, resource, owner);
        var key = component.Keys.Stored(resource) ?? throw LockErrors.UnlockFailed(IllegalKey(resource));
        try
        {
            return await policies
                .Outbound(store, ComponentKind.Lock)
                .RunAsync(limit => component.Store.UnlockAsync(key, owner, limit), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw LockErrors.UnlockFailed(e.Message);
        }
    }

    private LockComponent Demand(string store, string resource, string owner)
    {
        if (components.Of<LockComponent>().Count == 0)
        {
            throw LockErrors.StoresNotConfigured();
        }
        if (resource.Length == 0)
        {
            throw LockErrors.ResourceEmpty(store);
        }
        if (owner.Length == 0)
        {
            throw LockErrors.OwnerEmpty(store);
        }
        return components.Of<LockComponent>().GetValueOrDefault(store) ?? throw LockErrors.StoreNotFound(store);
    }

    private static string IllegalKey(string resource) => $"input key/keyPrefix '{resource}' can't contain '||'";
}
