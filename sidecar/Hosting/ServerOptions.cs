using Sidecar.Apps;
using Sidecar.Names;

namespace Sidecar.Hosting;

/// <summary>Options of a sidecar process: its apps and how strictly it reads their resources.</summary>
/// <param name="Strict">True to report as errors what daprd ignores silently.</param>
/// <param name="RegistryFolder">The folder of <see cref="SidecarRegistry"/>; null: its default below the user's temporary folder.</param>
internal sealed record ServerOptions(
    IReadOnlyList<AppOptions> Apps,
    bool Strict,
    LogLevel LogLevel = LogLevel.Information,
    bool OwnsProcess = false,
    string? RegistryFolder = null
);
