using Sidecar.Resources;

namespace Sidecar.Components;

/// <summary>A component as <c>/v1.0/metadata</c> lists it, with the object that its driver has opened.</summary>
internal sealed record LoadedComponent(Component Resource, IComponent Instance, IReadOnlyList<string> Capabilities);
