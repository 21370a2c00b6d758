using Sidecar.Components;
using Sidecar.Postgres;
using Sidecar.Redis;

namespace Sidecar.ConfigurationStores.Drivers;

/// <summary>Reads the metadata of configuration stores and opens them.</summary>
internal static class ConfigurationDrivers
{
    public static OpenComponent Redis(DriverContext context)
    {
        var settings = RedisSettings.Read(context);
        return async _ => new OpenedComponent(
            new ConfigurationComponent(
                context.Name,
                new RedisConfiguration(await RedisServer.AtAsync(settings), context.Loggers.CreateLogger<RedisConfiguration>())
            )
        );
    }

    public static OpenComponent Postgres(DriverContext context)
    {
        var settings = PostgresSettings.Read(context);
        context.Properties.Required("table", "configtable");
        var table = TableName.Read(context.Properties, "table", "configtable");
        var channel = context.Properties.Text("notifyChannel", "pgNotifyChannel") is { Length: > 0 } given ? given : null;
        return async cancellation =>
        {
            var server = await PostgresServer.AtAsync(settings);
            var store = new PostgresConfiguration(
                server,
                table,
                channel,
                context.Time,
                context.Loggers.CreateLogger<PostgresConfiguration>()
            );
            await store.DemandAsync(cancellation);
            return new OpenedComponent(new ConfigurationComponent(context.Name, store));
        };
    }
}
