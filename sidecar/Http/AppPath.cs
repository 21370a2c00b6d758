namespace Sidecar.Http;

/// <summary>Joins an app's address with a method path, or with a route of the app.</summary>
internal static class AppPath
{
    /// <summary>Characters that daprd leaves as they are, and .NET escapes.</summary>
    private const string Plain = ":@,=$&+;!'()*[]";

    /// <summary>
    /// Encodes <paramref name="method"/>, a decoded, clean path without leading slash. Encodes <c>?</c>, <c>#</c> and <c>%</c> again, so
    /// that data never becomes a query or another path.
    /// </summary>
    public static Uri Resolve(Uri address, string method, string query) => Join(address, Escaped(method), query);

    /// <summary>
    /// Reads <paramref name="route"/> as a part of a URL, as daprd does: cleans it, keeps its escapes, and passes on its query. A percent
    /// sign that begins no escape, which fails every delivery of daprd, is encoded.
    /// </summary>
    public static Uri OfRoute(string route, Uri address)
    {
        var clean = RequestPath.Clean(route).Split('#', 2)[0];
        var query = clean.IndexOf('?', StringComparison.Ordinal);
        var parts = (query < 0 ? clean : clean[..query]).Split('%');
        var path = parts
            .Skip(1)
            .Select(part =>
                part is [var first, var second, ..] && char.IsAsciiHexDigit(first) && char.IsAsciiHexDigit(second)
                    ? $"%{part[..2]}{Escaped(part[2..])}"
                    : $"%25{Escaped(part)}"
            )
            .Prepend(Escaped(parts[0]));
        return Join(address, string.Concat(path), query < 0 ? "" : clean[query..]);
    }

    private static Uri Join(Uri address, string path, string query)
    {
        query = query == "?" ? "" : query;
        var separator = query.Length > 0 && query[0] != '?' ? "?" : "";
        return new Uri(
            $"{address.GetLeftPart(UriPartial.Authority)}/{path}{separator}{Encoded(query)}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
    }

    private static string Escaped(string path) =>
        string.Join(
            '/',
            path.Split('/')
                .Select(segment =>
                    Plain.Aggregate(Uri.EscapeDataString(segment), (escaped, c) =>
                        escaped.Replace(Uri.HexEscape(c), c.ToString(), StringComparison.Ordinal)
                    )
                )
        );

    /// <summary>
    /// A query from a gRPC message may be any text: characters that a request line cannot contain are encoded, all others stay.
    /// </summary>
    private static string Encoded(string query) =>
        !query.AsSpan().ContainsAnyExceptInRange('!', '~') && !query.Contains('#')
            ? query
            : string.Concat(
                query
                    .EnumerateRunes()
                    .Select(rune => rune.IsAscii && IsPlain((char)rune.Value) ? rune.ToString() : Uri.EscapeDataString(rune.ToString()))
            );

    private static bool IsPlain(char c) => c is > ' ' and < '\x7f' and not '#';
}
