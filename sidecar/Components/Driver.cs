namespace Sidecar.Components;

/// <summary>Opens a component whose metadata is right. What it throws becomes a problem of the component.</summary>
internal delegate ValueTask<OpenedComponent> OpenComponent(CancellationToken cancellation);

/// <summary>
/// How a component type is opened, and in which versions. <paramref name="Read"/> takes its metadata and gives what opens it, which is
/// called only when nothing was wrong: no server is asked on the strength of a mistake.
/// </summary>
internal sealed record Driver(Func<DriverContext, OpenComponent> Read, params IReadOnlyList<string> Versions);
