namespace Sidecar.Components;

/// <summary>The context in which a driver opens a component.</summary>
internal sealed record DriverContext(
    string AppId,
    ComponentProperties Properties,
    string BaseDirectory,
    TimeProvider Time,
    ILoggerFactory Loggers
)
{
    public string Name => Properties.Component.Name;

    /// <summary>
    /// Relative paths in components count from the app's folder (<c>appDirPath</c>), or the working directory without a run template, as
    /// with daprd.
    /// </summary>
    public string PathOf(string path) => Path.GetFullPath(path, BaseDirectory);
}
