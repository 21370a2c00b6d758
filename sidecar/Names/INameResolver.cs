namespace Sidecar.Names;

/// <summary>How sidecars of several processes find each other: each makes itself known, and asks for others by app id.</summary>
internal interface INameResolver : IAsyncDisposable
{
    /// <summary>Makes an app known under the internal port of its sidecar; disposing takes that back.</summary>
    Task AnnounceAsync(string appId, int port, CancellationToken cancellation);

    /// <summary>The internal address of the sidecar of <paramref name="appId"/>, or null when nobody has made it known.</summary>
    Uri? Find(string appId);

    /// <summary>Makes known which actor types the app hosts, in the place of what it hosted before. Not every resolver can.</summary>
    void AnnounceActors(IReadOnlyCollection<string> types)
    {
    }

    /// <summary>The internal address of a sidecar of another process whose app hosts <paramref name="type"/>; null when none is known.</summary>
    Uri? FindActors(string type) => null;
}
