using Sidecar.Components;
using Sidecar.Postgres;
using Sidecar.Redis;

namespace Sidecar.ConfigurationStores.Drivers;

/// <summary>How configuration stores are opened from their metadata.</summary>
internal static class ConfigurationDrivers
{
    public static Func<OpenedComponent> Redis(DriverContext context)
    {
        var settings = RedisSettings.Read(context);
        return () => new OpenedComponent(new ConfigurationComponent(
            context.Name, new RedisConfiguration(RedisServer.At(settings), context.Loggers.CreateLogger<RedisConfiguration>())));
    }

    public static Func<OpenedComponent> Postgres(DriverContext context)
    {
        var settings = PostgresSettings.Read(context);
        context.Properties.Required("table", "configtable");
        var table = TableName.Read(context.Properties, "table", "configtable");
        var channel = context.Properties.Text("notifyChannel", "pgNotifyChannel") is { Length: > 0 } given ? given : null;
        return () =>
        {
            var store = new PostgresConfiguration(PostgresServer.At(settings), table, channel, context.Time, context.Loggers.CreateLogger<PostgresConfiguration>());
            store.Demand();
            return new OpenedComponent(new ConfigurationComponent(context.Name, store));
        };
    }
}
