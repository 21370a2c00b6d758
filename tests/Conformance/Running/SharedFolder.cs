namespace Conformance.Running;

/// <summary>The registry folder of this run's sidecars</summary>
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
