namespace Sidecar.Apps;

/// <summary>The protocols that an app can have.</summary>
internal static class AppProtocols
{
    public const string Known = "http, https, h2c, grpc or grpcs";

    /// <summary>Reads a protocol in any case; an empty one is HTTP. Null if there is no such protocol.</summary>
    /// <param name="tls">True for the form with TLS, which only HTTP and gRPC have.</param>
    public static string? Parse(string name, bool tls = false) =>
        name.ToLowerInvariant() switch
        {
            "" => "http",
            "http" => tls ? "https" : "http",
            "grpc" => tls ? "grpcs" : "grpc",
            "https" => "https",
            "h2c" => "h2c",
            "grpcs" => "grpcs",
            _ => null,
        };
}
