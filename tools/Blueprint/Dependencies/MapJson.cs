using System.Text.Json;

namespace Blueprint.Dependencies;

/// <summary>The map as JSON, for programs that draw it.</summary>
internal static class MapJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    public static string Write(DependencyMap map) => JsonSerializer.Serialize(map, Options) + "\n";
}
