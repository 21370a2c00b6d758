using System.Globalization;
using Sidecar.Components;
using Sidecar.Resources;
using StackExchange.Redis;

namespace Sidecar.Redis;

/// <summary>
/// The connection settings of a component to Redis. Names and defaults: Dapr's component reference; bare numbers of durations are
/// milliseconds there.
/// </summary>
internal sealed record RedisSettings(
    string Host,
    int Port,
    string? Username,
    string? Password,
    int Database,
    bool Tls,
    bool VerifyTls,
    TimeSpan DialTimeout,
    Certificates Certificates
)
{
    private static readonly string[] WithoutEffect =
    [
        "redisMaxRetries",
        "redisMinRetryInterval",
        "redisMaxRetryInterval",
        "maxRetries",
        "maxRetryBackoff",
        "readTimeout",
        "writeTimeout",
        "poolSize",
        "poolTimeout",
        "minIdleConns",
        "maxConnAge",
        "idleTimeout",
        "idleCheckFrequency",
        "sentinelUsername",
        "sentinelPassword",
        "sentinelMasterName",
    ];

    /// <summary>daprd reads the settings of all Redis components with one structure, so each accepts those of the others.</summary>
    private static readonly string[] OfOtherComponents =
    [
        "ttlInSeconds",
        "queryIndexes",
        "consumerID",
        "processingTimeout",
        "redeliverInterval",
        "queueDepth",
        "concurrency",
        "maxLenApprox",
        "streamTTL",
    ];

    /// <summary>Servers and databases that are the same share a connection.</summary>
    public string Key => $"{Host}:{Port}/{Database} {Username} {Password} {Tls} {VerifyTls} {Certificates.Client?.Thumbprint}";

    public string Address => $"{Host}:{Port}";

    public static RedisSettings Read(DriverContext context)
    {
        var properties = context.Properties;
        var (host, port) = Endpoint(properties);
        properties.Accept([.. WithoutEffect, .. OfOtherComponents]);
        Refuse(properties);
        return new RedisSettings(
            host,
            port,
            Given(properties, "redisUsername"),
            Given(properties, "redisPassword"),
            properties.Number("redisDB", 0),
            properties.Flag("enableTLS"),
            !properties.Flag("insecureSkipTLSVerify"),
            Milliseconds(properties, "dialTimeout", TimeSpan.FromSeconds(5)),
            ComponentCertificates.Read(context, null, "clientCert", "clientKey")
        );
    }

    public static TimeSpan Milliseconds(ComponentProperties properties, string name, TimeSpan fallback) =>
        long.TryParse(properties.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : properties.Duration(name, fallback);

    public ConfigurationOptions Options()
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { { Host, Port } },
            User = Username,
            Password = Password,
            DefaultDatabase = Database,
            Ssl = Tls,
            ConnectTimeout = (int)DialTimeout.TotalMilliseconds,
            ConnectRetry = 1,
            AbortOnConnectFail = true,
            ReconnectRetryPolicy = new LinearRetry(500),
            ClientName = "sidecar",
            TieBreaker = "", // otherwise the client reads a key of its own, which a user with few rights may not
            AllowAdmin = true, // CONFIG SET, to be notified of changes
        };
        if (Tls && !VerifyTls)
        {
            options.CertificateValidation += (_, _, _, _) => true; // required by insecureSkipTLSVerify
        }
        if (Certificates.Client is { } certificate)
        {
            options.CertificateSelection += (_, _, _, _, _) => certificate;
        }
        return options;
    }

    private static (string Host, int Port) Endpoint(ComponentProperties properties)
    {
        var given = properties.Required("redisHost", "localhost:6379");
        var port = properties.Number("redisPort", 0);
        if (given.Contains(','))
        {
            properties.Report(
                "redisHost",
                $"'{given}' names several servers, as for Sentinel or Cluster; the embedded sidecar speaks to one, for "
                    + "example localhost:6379"
            );
        }
        var colon = given.LastIndexOf(':');
        var own =
            colon >= 0 && int.TryParse(given[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        if (own > 0 && port > 0 && own != port)
        {
            properties.Report("redisPort", $"redisHost already says port {own}; leave out redisPort, or the port in redisHost");
        }
        return (
            own > 0 ? given[..colon].Trim('[', ']') : given,
            own > 0 ? own
            : port > 0 ? port
            : 6379
        );
    }

    private static void Refuse(ComponentProperties properties)
    {
        if (properties.Text("redisType") is { Length: > 0 } type && type != "node")
        {
            properties.Report(
                "redisType",
                $"redisType '{type}' is not offered by the embedded sidecar: it speaks to one server; use 'node', or real "
                    + "Dapr for a cluster"
            );
        }
        foreach (var name in (string[])["failover", "useEntraID", "useAzureAD", "useOIDC"])
        {
            if (properties.Flag(name))
            {
                properties.Report(name, $"'{name}' is not offered by the embedded sidecar; leave it out, or use real Dapr");
            }
        }
        properties.Accept([
            "oidcTokenEndpoint",
            "oidcClientID",
            "oidcClientAssertionCert",
            "oidcClientAssertionKey",
            "oidcResource",
            "oidcAudience",
            "oidcKid",
            "oidcScopes",
            "oidcCACert",
        ]);
    }

    private static string? Given(ComponentProperties properties, string name) =>
        properties.Text(name) is { Length: > 0 } text ? text : null;
}
