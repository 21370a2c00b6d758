using Sidecar.Components;
using Sidecar.Rabbit;
using Sidecar.Redis;
using Sidecar.Sqlite;

namespace Sidecar.PubSub.Drivers;

/// <summary>How brokers are opened from their metadata.</summary>
internal static class PubSubDrivers
{
    public static Func<OpenedComponent> InMemory(DriverContext context)
    {
        var scopes = new TopicScopes(context.Properties, context.AppId);
        return () => new OpenedComponent(new PubSubComponent(context.Name, new InMemoryPubSub(context.Time, context.Loggers.CreateLogger<InMemoryPubSub>()), scopes), "SUBSCRIBE_WILDCARDS");
    }

    public static Func<OpenedComponent> Sqlite(DriverContext context)
    {
        var scopes = new TopicScopes(context.Properties, context.AppId);
        var path = SqlitePath.Read(context, "events.db");
        var consumer = Consumer(context);
        var interval = context.Properties.Duration("redeliverInterval", TimeSpan.FromSeconds(1));
        var lanes = context.Properties.Number("maxConcurrency", 64);
        return () => new OpenedComponent(new PubSubComponent(
            context.Name, new SqlitePubSub(context.AppId, context.Name, SqliteQueue.At(path), consumer, interval, lanes, context.Time, context.Loggers.CreateLogger<SqlitePubSub>()), scopes));
    }

    public static Func<OpenedComponent> Redis(DriverContext context)
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
            properties.Duration("streamTTL", TimeSpan.Zero));
        return () => new OpenedComponent(new PubSubComponent(
            context.Name, new RedisPubSub(RedisServer.At(settings), options, context.Time, context.Loggers.CreateLogger<RedisPubSub>()), scopes));
    }

    public static Func<OpenedComponent> Rabbit(DriverContext context)
    {
        var scopes = new TopicScopes(context.Properties, context.AppId);
        var settings = RabbitSettings.Read(context);
        return () => new OpenedComponent(
            new PubSubComponent(context.Name, new RabbitPubSub(settings, context.Time, context.Loggers.CreateLogger<RabbitPubSub>()), scopes, ExpiresMessages: true), "MESSAGE_TTL");
    }

    private static string Consumer(DriverContext context) => context.Properties.Text("consumerID") is { Length: > 0 } named ? named : context.AppId;
}
