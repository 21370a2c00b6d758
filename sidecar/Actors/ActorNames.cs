using System.Globalization;
using System.Text;

namespace Sidecar.Actors;

/// <summary>Checks names of actors, reminders, timers and methods: none may end or change the path of a request to the app.</summary>
internal static class ActorNames
{
    private const int MaxLength = 512;
    private const string Query = "#?\0";

    /// <summary>The reason why <paramref name="name"/> is refused, with daprd's text; null if it is valid.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > MaxLength ? $"name has {name.Length} letters, and 1 to {MaxLength} are allowed: {Quoted(name)}"
        : name.AsSpan().ContainsAny(Query + "/\\") ? $"name contains forbidden character: {Quoted(name)}"
        : ControlAt(name) is { } at ? $"name contains control character at position {at}: {Quoted(name)}"
        : name is "." or ".." ? $"name is a path traversal sequence: {Quoted(name)}"
        : null;

    /// <summary>The reason why <paramref name="method"/> is refused, with daprd's text; null if it is valid.</summary>
    public static string? MethodProblem(string method) =>
        method.AsSpan().ContainsAny(Query) ? $"method contains forbidden character: {Quoted(method)}"
        : ControlAt(method) is { } at ? $"method contains control character at position {at}: {Quoted(method)}"
        : null;

    /// <summary>Removes <c>.</c>, <c>..</c> and <c>//</c> from a method, so that it stays below the actor's own path.</summary>
    public static string Clean(string method)
    {
        var parts = new List<string>();
        foreach (var part in method.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }
        return string.Join('/', parts);
    }

    /// <summary>The position in UTF-8, as daprd counts.</summary>
    private static int? ControlAt(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\x1f') is >= 0 and var low ? Encoding.UTF8.GetByteCount(text.AsSpan(0, low))
        : text.IndexOf('\x7f', StringComparison.Ordinal) is >= 0 and var delete ? Encoding.UTF8.GetByteCount(text.AsSpan(0, delete))
        : null;

    /// <summary>Quotes a text as Go does.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            quoted.Append(
                letter switch
                {
                    '"' or '\\' => $"\\{letter}",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                    _ => letter.ToString(),
                }
            );
        }
        return quoted.Append('"').ToString();
    }
}
