using System.Buffers;
using System.Text;
using Grpc.Core;

namespace Sidecar.Http;

/// <summary>HTTP headers as metadata of a gRPC call, by the rules of grpc-go and daprd.</summary>
internal static class GrpcHeaders
{
    private const string Binary = "-bin";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Headers of HTTP itself, without those that end with a connection.</summary>
    private static readonly HashSet<string> OfHttp = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept",
        "Accept-Charset",
        "Accept-Language",
        "Accept-Ranges",
        "Cache-Control",
        "Content-Length",
        "Content-Type",
        "Cookie",
        "Date",
        "Expect",
        "From",
        "Host",
        "If-Match",
        "If-Modified-Since",
        "If-None-Match",
        "If-Schedule-Tag-Match",
        "If-Unmodified-Since",
        "Max-Forwards",
        "Origin",
        "Pragma",
        "Referer",
        "Via",
        "Warning",
    };

    /// <summary>Headers that the gRPC library sets.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "content-length",
        "content-type",
        "user-agent",
        "grpc-message-type",
        "grpc-encoding",
        "grpc-message",
        "grpc-status",
        "grpc-timeout",
        "te",
    };

    /// <summary>
    /// The name of an HTTP header in metadata: those of HTTP itself have a prefix, so that they do not pass for headers of the gRPC call.
    /// </summary>
    public static string NameOf(string header) => OfHttp.Contains(header) ? $"dapr-{header.ToLowerInvariant()}" : header.ToLowerInvariant();

    /// <summary>
    /// Adds a header, unless the gRPC library sets it. A value whose name ends in <c>-bin</c> is sent as the bytes of the text.
    /// </summary>
    /// <param name="name">In lower case.</param>
    /// <returns>The reason why gRPC cannot send the header; null if it can.</returns>
    public static string? Add(Metadata metadata, string name, string value)
    {
        if (name.StartsWith(':') || Reserved.Contains(name))
        {
            return null;
        }
        if (name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            return $"header key \"{name}\" contains illegal characters not in [0-9a-z-_.]";
        }
        if (name.EndsWith(Binary, StringComparison.Ordinal))
        {
            metadata.Add(name, Encoding.UTF8.GetBytes(value));
            return null;
        }
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return $"header key \"{name}\" contains value with non-printable ASCII characters";
        }
        metadata.Add(name, value);
        return null;
    }
}
