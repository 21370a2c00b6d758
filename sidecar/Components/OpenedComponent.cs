namespace Sidecar.Components;

/// <summary>
/// The result of a driver: a component and its capabilities, as Dapr's metadata API names them (<c>ETAG</c> or <c>TRANSACTIONAL</c> for
/// example).
/// </summary>
internal sealed record OpenedComponent(IComponent Instance, params IReadOnlyList<string> Capabilities);
