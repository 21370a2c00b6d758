using Sidecar.Redis;
using StackExchange.Redis;

namespace Sidecar.ConfigurationStores.Drivers;

/// <summary><c>configuration.redis</c>: a string per item, <c>value||version</c>; Redis' keyspace notifications announce changes.</summary>
internal sealed partial class RedisConfiguration : IConfigurationStore
{
    private readonly RedisServer server;
    private readonly ILogger logger;

    public RedisConfiguration(RedisServer server, ILogger logger)
    {
        (this.server, this.logger) = (server, logger);
        // A restarted server has lost this setting.
        server.Connection.ConnectionRestored += (_, _) => _ = RequestNotificationsAsync();
    }

    private string Channels => $"__keyspace@{server.DatabaseNumber}__:";

    public async Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(ConfigurationRequest request, CancellationToken cancellation)
    {
        var keys = request.Keys.Count > 0 ? request.Keys : await AllKeysAsync(cancellation);
        var values = await Task.WhenAll(keys.Select(ReadAsync));
        return keys.Zip(values)
            .Where(item => item.Second is { Value.Length: > 0 })
            .DistinctBy(item => item.First)
            .ToDictionary(item => item.First, item => item.Second!, StringComparer.Ordinal);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        ConfigurationRequest request,
        ConfigurationHandler handler,
        CancellationToken cancellation
    )
    {
        await RequestNotificationsAsync();
        var channels =
            request.Keys.Count == 0
                ? [RedisChannel.Pattern(Channels + "*")]
                : request.Keys.Distinct(StringComparer.Ordinal).Select(key => RedisChannel.Literal(Channels + key));
        var queues = new List<ChannelMessageQueue>();
        foreach (var channel in channels)
        {
            var queue = await server.Connection.GetSubscriber().SubscribeAsync(channel);
            queue.OnMessage(message => NotifyAsync(((string)message.Channel!)[Channels.Length..], handler));
            queues.Add(queue);
        }
        return new Subscription(queues);
    }

    public string UnknownSubscription(string id) => $"subscription with id {id} does not exist";

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task NotifyAsync(string key, ConfigurationHandler handler)
    {
        try
        {
            await handler(key, await ReadAsync(key) ?? ConfigurationItem.Deleted);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotifyFailed(e, key);
        }
    }

    private async Task<List<string>> AllKeysAsync(CancellationToken cancellation)
    {
        var keys = new List<string>();
        foreach (var endpoint in server.Connection.GetServers())
        {
            await foreach (var key in endpoint.KeysAsync(server.DatabaseNumber, pageSize: 1000).WithCancellation(cancellation))
            {
                keys.Add(key!);
            }
        }
        return keys;
    }

    /// <summary>Null if the key is missing or no string: other data may be in the same database.</summary>
    private async Task<ConfigurationItem?> ReadAsync(string key)
    {
        try
        {
            if ((string?)await server.Database.StringGetAsync(key) is not { } text)
            {
                return null;
            }
            var parts = text.Split("||");
            return ConfigurationItem.Plain(parts[0], parts.Length > 1 ? parts[1] : "");
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private async Task RequestNotificationsAsync()
    {
        try
        {
            await server.Database.ExecuteAsync("CONFIG", "SET", "notify-keyspace-events", "Kg$xe");
        }
        catch (RedisException e)
        {
            LogNoNotifications(e);
        }
    }

    private sealed class Subscription(List<ChannelMessageQueue> queues) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var queue in queues)
            {
                await queue.UnsubscribeAsync();
            }
        }
    }

    [LoggerMessage(
        2611,
        LogLevel.Warning,
        "Redis could not be configured to notify of changes; set notify-keyspace-events to Kg$xe in its configuration"
    )]
    private partial void LogNoNotifications(Exception failure);

    [LoggerMessage(2612, LogLevel.Error, "A change of configuration item {Key} could not be delivered")]
    private partial void LogNotifyFailed(Exception failure, string key);
}
