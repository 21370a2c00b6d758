using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sidecar.Logging;

/// <summary>
/// A line of the log as daprd writes it, which tools read: <c>key=value</c> pairs, or with <c>--log-as-json</c> an object.
/// </summary>
/// <param name="version">The version of Dapr that each line names.</param>
internal sealed class DaprdLog(string appId, string version, bool asJson, TimeProvider time, TextWriter output)
{
    private const string Runtime = "dapr.runtime";
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/@^+"
    );
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes without a logger: before loggers exist, and after they are disposed.</summary>
    public void Write(LogLevel level, string message) => output.WriteLine(Line(level, Runtime, message, []));

    public string Line(LogLevel level, string category, string message, IEnumerable<KeyValuePair<string, object>> fields)
    {
        KeyValuePair<string, object>[] all =
        [
            new("time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)),
            new("level", Name(level)),
            new("msg", message),
            .. fields
                .Concat([
                    new("app_id", appId),
                    new("instance", Environment.MachineName),
                    new("scope", Scope(category)),
                    new("type", "log"),
                    new("ver", version),
                ])
                .OrderBy(field => field.Key, StringComparer.Ordinal),
        ];
        return asJson ? Json(all) : string.Join(' ', all.Select(field => $"{field.Key}={Quoted(Text(field.Value))}"));
    }

    private static string Json(IEnumerable<KeyValuePair<string, object>> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
            {
                if (value is long number)
                {
                    json.WriteNumber(name, number);
                }
                else
                {
                    json.WriteString(name, Text(value));
                }
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }
        var quoted = new StringBuilder("\"", text.Length + 8);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' or '\\' => quoted.Append('\\').Append(letter),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                _ => quoted.Append(letter),
            };
        }
        return quoted.Append('"').ToString();
    }

    private static string Name(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => "fatal",
            LogLevel.Error => "error",
            LogLevel.Warning => "warning",
            LogLevel.Information => "info",
            _ => "debug",
        };

    /// <summary>daprd's scopes stay as they are; for others the scope is the sidecar's component that logs.</summary>
    private static string Scope(string category) =>
        category.StartsWith("dapr.", StringComparison.Ordinal) || category == Runtime ? category
        : category.Split('.') is ["Sidecar", var part, _, ..] ? $"{Runtime}.{part.ToLowerInvariant()}"
        : Runtime;
}
