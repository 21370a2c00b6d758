using System.Text;

namespace Sidecar.Http;

/// <summary>Header values with characters beyond ASCII: sent as UTF-8, which .NET would refuse. Go accepts any bytes.</summary>
internal static class HeaderText
{
    /// <summary>Null means ASCII, which is faster, for headers that come with every request and are always ASCII.</summary>
    public static Encoding? EncodingOf(string name) =>
        name is "Content-Type" or "Content-Length" or "Transfer-Encoding" or "Host" or "Date" or "traceparent" ? null : Encoding.UTF8;

    /// <summary>A header value is one line: Go's web server writes blanks in place of line ends.</summary>
    public static string OneLine(string value) => value.Replace('\r', ' ').Replace('\n', ' ');

    /// <summary>A header's name as Go has it: capital letters at the beginning and after each hyphen, small ones elsewhere.</summary>
    public static string Canonical(string name) => string.Create(name.Length, name, static (canonical, given) =>
        {
            for (var i = 0; i < given.Length; i++)
            {
                canonical[i] = i == 0 || given[i - 1] == '-' ? char.ToUpperInvariant(given[i]) : char.ToLowerInvariant(given[i]);
            }
        });

    public static SocketsHttpHandler WithAnyText(this SocketsHttpHandler handler)
    {
        handler.RequestHeaderEncodingSelector = static (name, _) => EncodingOf(name);
        handler.ResponseHeaderEncodingSelector = static (name, _) => EncodingOf(name);
        return handler;
    }
}
