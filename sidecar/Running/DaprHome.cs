namespace Sidecar.Running;

/// <summary>The folder that <c>dapr init</c> writes. Its resources and Configuration apply to an app that names none.</summary>
/// <param name="folder">The folder itself, <c>.dapr</c>.</param>
internal sealed class DaprHome(string folder)
{
    /// <param name="runtimePath">The folder that holds <c>.dapr</c>; null or empty: that of <c>DAPR_RUNTIME_PATH</c>, or the user's
    /// home.</param>
    public static DaprHome At(string? runtimePath) =>
        new(
            Path.GetFullPath(
                Path.Combine(
                    runtimePath is { Length: > 0 } ? runtimePath
                        : Environment.GetEnvironmentVariable("DAPR_RUNTIME_PATH") is { Length: > 0 } named ? named
                        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                    ".dapr"
                )
            )
        );

    /// <summary>Empty if there is no such folder.</summary>
    public IReadOnlyList<string> Resources => Path.Combine(folder, "components") is var path && Directory.Exists(path) ? [path] : [];

    /// <summary>Null if there is no such file.</summary>
    public string? Configuration => Path.Combine(folder, "config.yaml") is var file && File.Exists(file) ? file : null;
}
