using System.Text.Json;
using ServiceDefaults;

namespace Console.SystemMap;

/// <summary>
/// The dependencies of the platform as <c>tools/Blueprint</c> reads them from its artefacts (<c>map --json</c>); a test keeps the file in
/// step with them.
/// </summary>
public sealed record PlatformMap(
    IReadOnlyList<string> Apps,
    IReadOnlyList<MappedCall> Calls,
    IReadOnlyList<MappedTopic> Publications,
    IReadOnlyList<MappedTopic> Consumptions
)
{
    private const string DeadLetters = "-dead-letters";

    public static readonly PlatformMap Today = Read();

    /// <summary>The topics of a context: its own, and the one of choreographed orders.</summary>
    public static string ContextOf(string topic) => topic.Split('-')[0];

    public IEnumerable<string> CallsOf(string app) => Calls.Where(call => call.From == app).Select(call => call.To);

    public IEnumerable<string> PublishedBy(string app) => Publications.Where(one => one.App == app).Select(one => one.Topic);

    public IEnumerable<string> ConsumedBy(string app) =>
        Consumptions.Where(one => one.App == app && !one.Topic.EndsWith(DeadLetters, StringComparison.Ordinal)).Select(one => one.Topic);

    private static PlatformMap Read()
    {
        using var file = typeof(PlatformMap).Assembly.GetManifestResourceStream("map.json")!;
        return JsonSerializer.Deserialize<PlatformMap>(file, Json.Options)!;
    }
}

public sealed record MappedCall(string From, string To, bool Background);

public sealed record MappedTopic(string App, string Topic);
