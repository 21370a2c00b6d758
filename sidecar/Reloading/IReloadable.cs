using Sidecar.Apps;
using Sidecar.Catalogue;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Reloading;

/// <summary>A running sidecar whose components and subscriptions can be changed.</summary>
internal interface IReloadable
{
    AppOptions Options { get; }

    /// <summary>What it was made of, and has been changed to since.</summary>
    ResourceSet Resources { get; }

    /// <summary>Of the actors and workflows, which can't change theirs while they run.</summary>
    Component? ActorStore { get; }

    /// <summary>
    /// Takes up <paramref name="changes"/>; what is the same stays as it is. In daprd's order: what goes, what changes, what comes. One at
    /// a time calls this, and nobody after the sidecar has begun to end.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">A component can't be opened and says no <c>ignoreErrors</c>.</exception>
    Task ChangeAsync(ResourceChanges changes, ComponentLoader loader, CancellationToken cancellation);
}
