using Sidecar.Go;
using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Settings of <c>nameresolution.sqlite</c>. Source: Dapr docs, "SQLite name resolution provider".</summary>
internal sealed record SqliteNamesOptions(
    string Path,
    string Table,
    string MetadataTable,
    TimeSpan UpdateInterval,
    TimeSpan CleanupInterval,
    TimeSpan Timeout
)
{
    public static SqliteNamesOptions? Read(YamlMap settings)
    {
        var connection = settings.RequiredText("connectionString", "the file that the sidecars share, such as data/names.db");
        var options = new SqliteNamesOptions(
            (connection ?? "").Replace("file:", "", StringComparison.Ordinal).Split('?')[0],
            Identifier(settings, "tableName", "hosts"),
            Identifier(settings, "metadataTableName", "metadata"),
            Duration(settings, "updateInterval", 5),
            Duration(settings, "cleanupInterval", 3600),
            Duration(settings, "timeout", 1)
        );
        settings.Accept("busyTimeout", "disableWAL");
        settings.WarnOfUnknownKeys();
        if (options.UpdateInterval.Milliseconds > 0 || options.UpdateInterval - options.Timeout < TimeSpan.FromSeconds(1))
        {
            settings.Report("updateInterval", "must be whole seconds, and at least a second longer than 'timeout'");
        }
        return connection is null ? null : options;
    }

    private static string Identifier(YamlMap settings, string key, string fallback)
    {
        var name = settings.Text(key) ?? fallback;
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            settings.Report(key, $"'{name}' is no table name; letters, digits and _ are allowed");
        }
        return name;
    }

    private static TimeSpan Duration(YamlMap settings, string key, int seconds)
    {
        if (settings.Text(key) is not { } text)
        {
            return TimeSpan.FromSeconds(seconds);
        }
        if (!GoDuration.TryParse(text, out var duration) || duration <= TimeSpan.Zero)
        {
            settings.Report(key, $"'{text}' is no duration such as 5s");
        }
        return duration;
    }
}
