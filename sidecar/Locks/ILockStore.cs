using Sidecar.Components;

namespace Sidecar.Locks;

/// <summary>
/// A lock component. Resources arrive complete (prefix included). A lock is not reentrant: its owner does not get it twice.
/// </summary>
internal interface ILockStore : IAsyncDisposable
{
    /// <summary>True if <paramref name="owner"/> has acquired the lock, until it unlocks or <paramref name="expiry"/> is over.</summary>
    ValueTask<bool> TryLockAsync(string resource, string owner, TimeSpan expiry, CancellationToken cancellation);

    ValueTask<UnlockOutcome> UnlockAsync(string resource, string owner, CancellationToken cancellation);
}

/// <summary>The numbers are those of Dapr's API.</summary>
internal enum UnlockOutcome
{
    Done = 0,
    NoSuchLock = 1,
    OtherOwner = 2,
}

/// <summary>A lock store for one app.</summary>
internal sealed record LockComponent(string Name, ILockStore Store, LockPrefix Keys) : IComponent
{
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
