namespace Sidecar.Components;

/// <summary>Opens a component whose metadata is valid. An exception becomes a problem of the component.</summary>
internal delegate ValueTask<OpenedComponent> OpenComponent(CancellationToken cancellation);

/// <summary>
/// The driver of a component type and its versions. <paramref name="Read"/> validates the metadata and returns the function that opens the
/// component. It is called only if all metadata is valid, so no connection is opened with a mistake.
/// </summary>
internal sealed record Driver(Func<DriverContext, OpenComponent> Read, params IReadOnlyList<string> Versions);
