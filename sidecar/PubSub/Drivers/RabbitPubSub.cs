using System.Collections.Concurrent;
using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sidecar.PubSub.Publishing;
using Sidecar.Rabbit;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// <c>pubsub.rabbitmq</c>. The library reconnects after an outage of the broker, and restores exchanges, queues and consumers.
/// </summary>
internal sealed class RabbitPubSub : IPubSub
{
    private const int UnconfirmedAtMost = 1024;

    private readonly RabbitSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly IConnection connection;
    private readonly SemaphoreSlim opening = new(1);
    private readonly ConcurrentDictionary<string, bool> declared = new(StringComparer.Ordinal); // exchanges
    private readonly List<RabbitSubscription> subscriptions = []; // guarded by itself
    private IChannel? publishing;

    private RabbitPubSub(IConnection connection, RabbitSettings settings, TimeProvider time, ILogger logger) =>
        (this.connection, this.settings, this.time, this.logger) = (connection, settings, time, logger);

    /// <exception cref="InvalidOperationException">The broker cannot be reached, or refuses the login.</exception>
    public static async Task<RabbitPubSub> OpenAsync(
        RabbitSettings settings,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        try
        {
            return new RabbitPubSub(await settings.Factory().CreateConnectionAsync(cancellation), settings, time, logger);
        }
        catch (BrokerUnreachableException e)
        {
            throw new InvalidOperationException(
                e.InnerException is AuthenticationFailureException or PossibleAuthenticationFailureException
                    ? $"RabbitMQ at {settings.Where} does not let us in; correct user and password of connectionString"
                    : $"no RabbitMQ answers at {settings.Where}; start it, or correct connectionString",
                e
            );
        }
    }

    public async Task PublishAsync(BrokerMessage message, CancellationToken cancellation)
    {
        var channel = publishing is { IsOpen: true } open ? open : await OpenAsync(cancellation);
        if (!declared.ContainsKey(message.Topic))
        {
            await RabbitTopology.DeclareExchangeAsync(channel, settings, message.Topic, cancellation);
            declared[message.Topic] = true;
        }
        // With confirms this ends when the broker has the message, on disk if it is persistent.
        await channel.BasicPublishAsync(
            message.Topic,
            message.Metadata.GetValueOrDefault("routingKey") ?? "",
            mandatory: false,
            PropertiesOf(message.Metadata),
            message.Data,
            cancellation
        );
    }

    public async Task<IAsyncDisposable> SubscribeAsync(SubscribeRequest request, MessageHandler handler, CancellationToken cancellation)
    {
        var subscription = new RabbitSubscription(connection, settings, request, handler, time, logger);
        await subscription.StartAsync(cancellation);
        lock (subscriptions)
        {
            subscriptions.Add(subscription);
        }
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        RabbitSubscription[] open;
        lock (subscriptions)
        {
            open = [.. subscriptions];
        }
        foreach (var subscription in open)
        {
            await subscription.DisposeAsync();
        }
        await connection.DisposeAsync();
        opening.Dispose();
    }

    /// <summary>
    /// The broker closes a channel on a mistake, for example when an exchange was deleted; a new channel declares everything again.
    /// </summary>
    private async Task<IChannel> OpenAsync(CancellationToken cancellation)
    {
        await opening.WaitAsync(cancellation);
        try
        {
            if (publishing is { IsOpen: true } open)
            {
                return open;
            }
            if (!connection.IsOpen)
            {
                throw new IOException($"RabbitMQ at {settings.Where} is not reachable; the connection is restored with it");
            }
            declared.Clear();
            if (publishing is { } closed)
            {
                await closed.DisposeAsync();
            }
            var confirms = settings.PublisherConfirm;
            return publishing = await connection.CreateChannelAsync(
                new CreateChannelOptions(confirms, confirms, new ThrottlingRateLimiter(UnconfirmedAtMost)),
                cancellation
            );
        }
        finally
        {
            opening.Release();
        }
    }

    private BasicProperties PropertiesOf(IReadOnlyDictionary<string, string> metadata)
    {
        var properties = new BasicProperties { ContentType = "text/plain", Persistent = settings.Persistent };
        if ((PublishMetadata.TimeToLive(metadata) ?? settings.TimeToLive) is { } ttl)
        {
            properties.Expiration = ((long)ttl.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }
        foreach (var (name, value) in metadata.Where(item => item.Value.Length > 0))
        {
            switch (name.ToLowerInvariant())
            {
                case "priority" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority):
                    properties.Priority = (byte)Math.Clamp(priority, byte.MinValue, byte.MaxValue);
                    break;
                case "contenttype":
                    properties.ContentType = value;
                    break;
                case "messageid":
                    properties.MessageId = value;
                    break;
                case "correlationid":
                    properties.CorrelationId = value;
                    break;
                case "type":
                    properties.Type = value;
                    break;
            }
        }
        return properties;
    }
}
