using Sidecar.Components;
using Sidecar.Postgres;
using Sidecar.Redis;
using Sidecar.Sqlite;

namespace Sidecar.State.Drivers;

/// <summary>Reads the metadata of state stores and opens them.</summary>
internal static class StateDrivers
{
    public static OpenComponent InMemory(DriverContext context)
    {
        var common = StoreOptions.Read(context);
        return _ => new(common.Component(new InMemoryStateStore(context.Time), "TTL", "DELETE_WITH_PREFIX", "KEYS_LIKE"));
    }

    public static OpenComponent Sqlite(DriverContext context)
    {
        var common = StoreOptions.Read(context);
        var path = SqlitePath.Read(context, "data.db");
        var migration = SqliteMigration.Read(context, path);
        var table = TableName.Read(context.Properties, "tableName", "state");
        var metadataTable = TableName.Read(context.Properties, "metadataTableName", "metadata");
        var cleanup = Cleanup(context.Properties);
        _ = context.Properties.Duration("timeout", TimeSpan.FromSeconds(20)); // without effect, but daprd refuses a wrong one
        context.Properties.Accept("timeoutInSeconds", "busyTimeout", "disableWAL");
        return async _ =>
        {
            var database = SqliteDatabase.At(path);
            var store = await SqliteStateStore.OpenAsync(
                database,
                table,
                metadataTable,
                migration,
                cleanup,
                context.Time,
                context.Loggers.CreateLogger<SqliteStateStore>()
            );
            return common.Component(store, "TTL", "KEYS_LIKE");
        };
    }

    public static OpenComponent Redis(DriverContext context)
    {
        var common = StoreOptions.Read(context);
        var settings = RedisSettings.Read(context);
        var ttl = context.Properties.Number("ttlInSeconds", 0);
        if (context.Properties.Text("queryIndexes") is { Length: > 0 })
        {
            context.Properties.Report(
                "queryIndexes",
                "queries need a Redis with RediSearch, which the embedded sidecar does not offer; leave out queryIndexes, or use real Dapr"
            );
        }
        return async _ =>
            common.Component(
                new RedisStateStore(await RedisServer.AtAsync(settings), ttl > 0 ? TimeSpan.FromSeconds(ttl) : null),
                "TTL",
                "KEYS_LIKE"
            );
    }

    /// <summary>The version of the component decides the layout.</summary>
    public static OpenComponent Postgres(DriverContext context)
    {
        var common = StoreOptions.Read(context);
        var settings = PostgresSettings.Read(context);
        var layout = context.Properties.Component.Version == "v1" ? LayoutOf1(context.Properties) : LayoutOf2(context.Properties);
        var cleanup = Cleanup(context.Properties);
        var listed = common.ActorStateStore || common.Outbox is not null;
        return async cancellation =>
        {
            var server = await PostgresServer.AtAsync(settings);
            await PostgresMigrations.PerformAsync(server.Source, layout, listed, cancellation);
            return common.Component(
                new PostgresStateStore(server, layout, cleanup, context.Time, context.Loggers.CreateLogger<PostgresStateStore>()),
                "TTL",
                "KEYS_LIKE"
            );
        };
    }

    private static PostgresLayout LayoutOf1(ComponentProperties properties) =>
        new PostgresLayout1(
            TableName.Read(properties, "tableName", "state"),
            TableName.Read(properties, "metadataTableName", "dapr_metadata")
        );

    private static PostgresLayout LayoutOf2(ComponentProperties properties) =>
        new PostgresLayout2(
            TableName.Read(properties, "tablePrefix", "", "state"),
            TableName.Read(properties, "metadataTableName", "dapr_metadata"),
            properties.Text("tablePrefix") ?? ""
        );

    /// <summary>Null to disable the cleanup.</summary>
    private static TimeSpan? Cleanup(ComponentProperties properties)
    {
        var name = properties.Text("cleanupIntervalInSeconds") is { Length: > 0 } ? "cleanupIntervalInSeconds" : "cleanupInterval";
        return properties.Duration(name, TimeSpan.FromHours(1)) is { Ticks: > 0 } interval ? interval : null;
    }
}
