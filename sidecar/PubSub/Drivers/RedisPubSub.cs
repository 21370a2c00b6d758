using System.Globalization;
using System.Text.Json;
using Sidecar.Go;
using Sidecar.Redis;
using StackExchange.Redis;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// <c>pubsub.redis</c> in daprd's layout: a stream per topic with the entry fields <c>data</c> and <c>metadata</c>, a consumer group per
/// app. A new group receives all entries of its stream.
/// </summary>
internal sealed class RedisPubSub(RedisServer server, RedisPubSubOptions options, TimeProvider time, ILogger logger) : IPubSub
{
    private readonly List<RedisSubscription> subscriptions = []; // guarded by itself

    public async Task PublishAsync(BrokerMessage message, CancellationToken cancellation)
    {
        try
        {
            await AddAsync(message);
        }
        catch (Exception e) when (e is RedisException or RedisTimeoutException)
        {
            throw new IOException($"redis streams: error from publish: {e.Message}", e);
        }
    }

    public async Task<IAsyncDisposable> SubscribeAsync(SubscribeRequest request, MessageHandler handler, CancellationToken cancellation)
    {
        var subscription = new RedisSubscription(server, options, request, handler, time, logger);
        await subscription.StartAsync();
        lock (subscriptions)
        {
            subscriptions.Add(subscription);
        }
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        RedisSubscription[] open;
        lock (subscriptions)
        {
            open = [.. subscriptions];
        }
        foreach (var subscription in open)
        {
            await subscription.DisposeAsync();
        }
        await server.DisposeAsync();
    }

    private async Task AddAsync(BrokerMessage message)
    {
        var fields = FieldsOf(message);
        if (options.StreamTimeToLive > TimeSpan.Zero && options.MaxLength <= 0) // a stream is trimmed by one of them; the length wins
        {
            var oldest =
                (time.GetUtcNow() - options.StreamTimeToLive).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "-1";
            await server.Database.ExecuteAsync(
                "XADD",
                [(RedisKey)message.Topic, "MINID", "~", oldest, "*", .. fields.SelectMany(field => (object[])[field.Name, field.Value])]
            );
            return;
        }
        await server.Database.StreamAddAsync(
            message.Topic,
            fields,
            maxLength: options.MaxLength > 0 ? (int)options.MaxLength : null,
            useApproximateMaxLength: true
        );
    }

    private static NameValueEntry[] FieldsOf(BrokerMessage message) =>
        BrokerMessage.IsGiven(message.Metadata)
            ? [new("data", message.Data), new("metadata", Encoded(message.Metadata))]
            : [new("data", message.Data)];

    private static RedisValue Encoded(IReadOnlyDictionary<string, string> metadata) =>
        metadata.Count == 0
            ? "{}"
            : JsonSerializer.SerializeToUtf8Bytes(
                new SortedDictionary<string, string>(metadata.ToDictionary(), StringComparer.Ordinal),
                GoJsonEncoder.SerializerOptions
            );
}
