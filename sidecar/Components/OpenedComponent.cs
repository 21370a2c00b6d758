namespace Sidecar.Components;

/// <summary>What a driver gives: a component, and its capabilities in the words of Dapr's metadata API (<c>ETAG</c> or <c>TRANSACTIONAL</c>
/// for example).</summary>
internal sealed record OpenedComponent(IComponent Instance, params IReadOnlyList<string> Capabilities);
