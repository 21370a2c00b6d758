namespace Sidecar.Names;

/// <summary>Name resolution between sidecars of several processes: an app id to an internal address.</summary>
internal interface INameResolver : IAsyncDisposable
{
    /// <summary>Registers an app under the internal port of its sidecar; disposing removes the registration.</summary>
    Task AnnounceAsync(string appId, int port, CancellationToken cancellation);

    /// <summary>The internal address of the sidecar of <paramref name="appId"/>; null when no sidecar has registered it.</summary>
    ValueTask<Uri?> FindAsync(string appId);

    /// <summary>The address that <see cref="FindAsync"/> returned does not accept connections.</summary>
    void Forget();
}
