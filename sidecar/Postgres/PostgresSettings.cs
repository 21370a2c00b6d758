using Npgsql;
using Sidecar.Components;

namespace Sidecar.Postgres;

/// <summary>
/// The connection settings of a component to PostgreSQL. Names and defaults: Dapr's component reference. <paramref name="Timeout"/> is the
/// time limit of a statement.
/// </summary>
internal sealed record PostgresSettings(string ConnectionString, string Address, TimeSpan Timeout)
{
    private const int DefaultConnections = 16;

    public static PostgresSettings Read(DriverContext context)
    {
        var properties = context.Properties;
        var given = properties.Text("connectionString", "url") ?? "";
        // Nothing is left in a session that would have to be cleared before the next use: clearing costs the server seven statements each
        // time.
        var builder = new NpgsqlConnectionStringBuilder
        {
            MaxPoolSize = DefaultConnections,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            ApplicationName = "sidecar",
            Timeout = 5,
        };
        foreach (
            var (name, value) in PostgresConnectionString
                .Parse(given, detail => properties.Report("connectionString", detail))
                .Concat(Apart(properties))
        )
        {
            PostgresConnectionString.Apply(builder, name, value, detail => properties.Report("connectionString", detail));
        }
        if (string.IsNullOrEmpty(builder.Host))
        {
            properties.Report(
                "connectionString",
                $"component '{context.Name}' needs metadata 'connectionString', for example \"host=localhost port=5432 "
                    + "user=postgres password=secret database=orders\" or postgres://postgres:secret@localhost:5432/orders"
            );
        }
        var timeout = properties.Duration(
            properties.Text("timeoutInSeconds") is { Length: > 0 } ? "timeoutInSeconds" : "timeout",
            TimeSpan.FromSeconds(20)
        );
        if (timeout < TimeSpan.FromSeconds(1))
        {
            properties.Report("timeout", "invalid value for 'timeout': must be greater than 1s");
        }
        builder.CommandTimeout = Math.Max(1, (int)timeout.TotalSeconds);
        Pool(properties, builder);
        Refuse(properties);
        return new PostgresSettings(builder.ConnectionString, $"{builder.Host}:{builder.Port}", timeout);
    }

    /// <summary>The same, for statements of others: a connection is cleared before its next use.</summary>
    public PostgresSettings WithReset() =>
        this with
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { NoResetOnClose = false }.ConnectionString,
        };

    /// <summary>Separate metadata overrides the connection string.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Apart(ComponentProperties properties) =>
        ((string[])["user", "host", "hostaddr", "port", "database", "password", "sslRootCert"])
            .Select(name => KeyValuePair.Create(name.ToLowerInvariant(), properties.Text(name) ?? ""))
            .Where(item => item.Value.Length > 0)
            .ToList();

    private static void Pool(ComponentProperties properties, NpgsqlConnectionStringBuilder builder)
    {
        if (properties.Number("maxConns", 0) is > 1 and var most)
        {
            builder.MaxPoolSize = most;
        }
        var idle = properties.Duration("connectionMaxIdleTime", properties.Duration("connMaxIdleTime", TimeSpan.Zero));
        if (idle > TimeSpan.Zero)
        {
            builder.ConnectionIdleLifetime = Math.Max(1, (int)idle.TotalSeconds);
            builder.ConnectionPruningInterval = Math.Min(builder.ConnectionPruningInterval, builder.ConnectionIdleLifetime);
        }
        switch (properties.Text("queryExecMode"))
        {
            case null or "" or "cache_statement" or "cache_describe":
                break;
            case "describe_exec" or "exec" or "simple_protocol":
                builder.MaxAutoPrepare = 0;
                break;
            case var other:
                properties.Report(
                    "queryExecMode",
                    $"invalid queryExecMode '{other}'; known are: cache_statement, cache_describe, describe_exec, exec, simple_protocol"
                );
                break;
        }
    }

    private static void Refuse(ComponentProperties properties)
    {
        foreach (var name in (string[])["useAzureAD", "useAWSIAM"])
        {
            if (properties.Flag(name))
            {
                properties.Report(name, $"'{name}' is not offered by the embedded sidecar; give user and password, or use real Dapr");
            }
        }
        properties.Accept([
            "awsRegion",
            "awsAccessKey",
            "awsSecretKey",
            "awsSessionToken",
            "azureTenantId",
            "azureClientId",
            "azureClientSecret",
        ]);
    }
}
