using System.Reflection;

namespace EndToEnd.Systems;

/// <summary>Paths of the built programs that the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("Repository");

    public static string Sidecar { get; } = Metadata("Sidecar");

    /// <summary>The build configuration of this assembly, and therefore of the programs built with it.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
