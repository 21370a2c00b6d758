using System.Text;

namespace Sidecar.Http;

/// <summary>
/// Paths as daprd reads them: routes match the cleaned but still escaped form, so that an escaped slash stays inside a key; an invocation
/// uses the decoded form. ASP.NET decodes before routing, so routing gets the escaped form here.
/// </summary>
internal sealed record RequestPath(string Decoded)
{
    public static RequestPath Of(HttpContext context) =>
        context.Features.Get<RequestPath>() ?? new RequestPath(context.Request.Path.Value ?? "/");

    /// <summary>Removes empty and <c>.</c> segments and resolves <c>..</c>, never above the root; no slash at either end.</summary>
    public static string Clean(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            switch (segment)
            {
                case "" or ".":
                    break;
                case "..":
                    if (kept.Count > 0)
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }
                    break;
                default:
                    kept.Add(segment);
                    break;
            }
        }
        return string.Join('/', kept);
    }

    /// <summary>Decodes a parameter of a route, in which <c>+</c> is a space as well, as in daprd.</summary>
    public static string Parameter(string escaped) => TryDecode(escaped.Replace('+', ' ')) ?? escaped;

    /// <summary>Decodes each escape once; null if an escape is invalid.</summary>
    public static string? TryDecode(string escaped)
    {
        if (!escaped.Contains('%', StringComparison.Ordinal))
        {
            return escaped;
        }
        var bytes = Encoding.UTF8.GetBytes(escaped);
        var length = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != '%')
            {
                bytes[length++] = bytes[at];
                continue;
            }
            if (at + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[at + 1]) || !char.IsAsciiHexDigit((char)bytes[at + 2]))
            {
                return null;
            }
            bytes[length++] = Convert.ToByte($"{(char)bytes[at + 1]}{(char)bytes[at + 2]}", 16);
            at += 2;
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
