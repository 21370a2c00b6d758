using Sidecar.Components;
using Sidecar.Rabbit;
using Sidecar.Redis;
using Sidecar.Sqlite;

namespace Sidecar.PubSub.Drivers;

/// <summary>Reads the metadata of brokers and opens them.</summary>
internal static class PubSubDrivers
{
    public static OpenComponent InMemory(DriverContext context)
    {
        var scopes = new TopicScopes(context.Properties, context.AppId);
        return _ =>
            new(
                new OpenedComponent(
                    new PubSubComponent(
                        context.Name,
                        new InMemoryPubSub(context.Time, context.Loggers.CreateLogger<InMemoryPubSub>()),
                        scopes
                    ),
                    "SUBSCRIBE_WILDCARDS"
                )
            );
    }

    public static OpenComponent Sqlite(DriverContext context)
    {
        var scopes = new TopicScopes(context.Properties, context.AppId);
        var path = SqlitePath.Read(context, "events.db");
        var migration = SqliteMigration.Read(context, path);
        var consumer = Consumer(context);
        var interval = context.Properties.Duration("redeliverInterval", TimeSpan.FromSeconds(1));
        var lanes = context.Properties.Number("maxConcurrency", 64);
        return async _ =>
        {
            var queue = await SqliteQueue.AtAsync(path, migration);
            var broker = new SqlitePubSub(
                context.AppId,
                context.Name,
                queue,
                consumer,
                interval,
                lanes,
                context.Time,
                context.Loggers.CreateLogger<SqlitePubSub>()
            );
            return new OpenedComponent(new PubSubComponent(context.Name, broker, scopes));
        };
    }

    public static OpenComponent Redis(DriverContext context)
    {
        var properties = context.Properties;
        var scopes = new TopicScopes(properties, context.AppId);
        var settings = RedisSettings.Read(context);
        var options = new RedisPubSubOptions(
            Consumer(context),
            RedisSettings.Milliseconds(properties, "processingTimeout", TimeSpan.FromSeconds(60)),
            RedisSettings.Milliseconds(properties, "redeliverInterval", TimeSpan.FromSeconds(15)),
            Math.Max(1, properties.Number("queueDepth", 100)),
            Math.Max(1, properties.Number("concurrency", 10)),
            properties.Number("maxLenApprox", 0),
            properties.Duration("streamTTL", TimeSpan.Zero)
        );
        return async _ => new OpenedComponent(
            new PubSubComponent(
                context.Name,
                new RedisPubSub(await RedisServer.AtAsync(settings), options, context.Time, context.Loggers.CreateLogger<RedisPubSub>()),
                scopes
            )
        );
    }

    public static OpenComponent Rabbit(DriverContext context)
    {
        var scopes = new TopicScopes(context.Properties, context.AppId);
        var settings = RabbitSettings.Read(context);
        return async cancellation =>
        {
            var broker = await RabbitPubSub.OpenAsync(settings, context.Time, context.Loggers.CreateLogger<RabbitPubSub>(), cancellation);
            return new OpenedComponent(new PubSubComponent(context.Name, broker, scopes, ExpiresMessages: true), "MESSAGE_TTL");
        };
    }

    private static string Consumer(DriverContext context) =>
        context.Properties.Text("consumerID") is { Length: > 0 } named ? named : context.AppId;
}
