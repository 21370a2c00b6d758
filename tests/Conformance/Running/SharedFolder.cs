using Sidecar.Files;
using Sidecar.Names;

namespace Conformance.Running;

/// <summary>The folder for temporary files of this run's sidecars, in which they find each other.</summary>
internal static class SharedFolder
{
    private const string TokenFile = "token";

    public static string Path { get; } = Create();

    /// <summary>The registry folder in <see cref="Path"/>, with its token.</summary>
    public static string Registry { get; } = new SidecarRegistry(SidecarRegistry.FolderIn(Path)).Folder;

    /// <summary>
    /// Creates a registry folder for a single sidecar. It gets the token of the shared one, because the sidecars of a process have one
    /// token: with another one, sidecars in processes of their own would refuse the calls of this process.
    /// </summary>
    public static string RegistryIn(string folder)
    {
        var registry = SidecarRegistry.FolderIn(folder);
        OwnerOnly.CreateFolder(registry);
        File.Copy(System.IO.Path.Combine(Registry, TokenFile), System.IO.Path.Combine(registry, TokenFile));
        return registry;
    }

    private static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-run-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    }
}
