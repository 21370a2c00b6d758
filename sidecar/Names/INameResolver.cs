namespace Sidecar.Names;

/// <summary>How sidecars of several processes find each other: each makes itself known, and asks for others by app id.</summary>
internal interface INameResolver : IAsyncDisposable
{
    /// <summary>Makes an app known under the internal port of its sidecar; disposing takes that back.</summary>
    Task AnnounceAsync(string appId, int port, CancellationToken cancellation);

    /// <summary>
    /// The internal addresses of the sidecars of <paramref name="appId"/>, in the order to try them; empty when nobody has made it known. Over
    /// many calls each comes first as often as any other.
    /// </summary>
    IReadOnlyList<Uri> Find(string appId);
}
