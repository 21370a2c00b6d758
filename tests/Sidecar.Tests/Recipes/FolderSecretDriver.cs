using Sidecar.Components;

namespace Sidecar.Secrets.Drivers;

/// <summary>Reads the metadata of <c>secretstores.local.folder</c> and opens it.</summary>
internal static class FolderSecretDriver
{
    public static OpenComponent Read(DriverContext context)
    {
        var folder = context.PathOf(context.Properties.Required("folder", "/run/secrets"));
        return _ =>
            Directory.Exists(folder)
                ? new(new OpenedComponent(new FolderSecretStore(folder)))
                : throw new DirectoryNotFoundException($"there is no folder {folder}; create it, or correct 'folder'");
    }
}
