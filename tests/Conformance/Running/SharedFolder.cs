namespace Conformance.Running;

/// <summary>Where the sidecars of this run find each other, and no others</summary>
internal static class SharedFolder
{
    public static string Path { get; } = Create();

    private static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-run-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    }
}
