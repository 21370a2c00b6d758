namespace Sidecar.Http;

/// <summary>Joins an app's address with a method path.</summary>
internal static class AppPath
{
    /// <summary>Characters that daprd leaves as they are, and .NET escapes.</summary>
    private const string Plain = ":@,=$&+;!'()*[]";

    /// <summary>
    /// Encodes <paramref name="method"/>, a decoded, clean path without leading slash. Encodes <c>?</c>, <c>#</c> and <c>%</c> again, so
    /// that data never becomes a query or another path.
    /// </summary>
    public static Uri Resolve(Uri address, string method, string query)
    {
        var path = string.Join(
            '/',
            method
                .Split('/')
                .Select(segment =>
                    Plain.Aggregate(Uri.EscapeDataString(segment), (escaped, c) =>
                        escaped.Replace(Uri.HexEscape(c), c.ToString(), StringComparison.Ordinal)
                    )
                )
        );
        query = query == "?" ? "" : query;
        var separator = query.Length > 0 && query[0] != '?' ? "?" : "";
        return new Uri(
            $"{address.GetLeftPart(UriPartial.Authority)}/{path}{separator}{Encoded(query)}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
    }

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
