using Sidecar.Apps;
using Sidecar.Catalogue;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Reloading;

/// <summary>A running sidecar whose components and subscriptions can be changed.</summary>
internal interface IReloadable
{
    AppOptions Options { get; }

    /// <summary>The resources that the sidecar uses now.</summary>
    ResourceSet Resources { get; }

    /// <summary>The store of actors and workflows, which cannot change while they run.</summary>
    Component? ActorStore { get; }

    /// <summary>Applies <paramref name="changes"/> in daprd's order: removed, changed, new components; unchanged ones stay open. Calls must
    /// not overlap, and none may follow the start of the shutdown.</summary> <exception cref="InvalidConfigurationException">A component
    /// without <c>ignoreErrors</c> cannot be opened.</exception>
    Task ChangeAsync(ResourceChanges changes, ComponentLoader loader, CancellationToken cancellation);
}
