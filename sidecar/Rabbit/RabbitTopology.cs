using System.Globalization;
using RabbitMQ.Client;
using Sidecar.Go;

namespace Sidecar.Rabbit;

/// <summary>Declares exchanges and queues as daprd does: an exchange per topic, a queue per consumer and topic.</summary>
internal static class RabbitTopology
{
    public static string QueueOf(RabbitSettings settings, string topic, IReadOnlyDictionary<string, string> metadata) =>
        metadata.GetValueOrDefault("queueName") is { Length: > 0 } named ? named : $"{settings.ConsumerId}-{topic}";

    public static Task DeclareExchangeAsync(IChannel channel, RabbitSettings settings, string topic, CancellationToken cancellation) =>
        channel.ExchangeDeclareAsync(
            topic,
            settings.ExchangeKind,
            settings.Durable,
            settings.DeleteWhenUnused,
            cancellationToken: cancellation
        );

    /// <exception cref="ArgumentException">The metadata of the subscription has an invalid value.</exception>
    public static async Task DeclareQueueAsync(
        IChannel channel,
        RabbitSettings settings,
        string topic,
        string queue,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellation
    )
    {
        await DeclareExchangeAsync(channel, settings, topic, cancellation);
        var arguments = Limits(settings);
        if (settings.DeadLetter)
        {
            arguments["x-dead-letter-exchange"] = await DeclareDeadLetterAsync(channel, settings, queue, cancellation);
        }
        Add(arguments, metadata);
        await channel.QueueDeclareAsync(
            queue,
            settings.Durable,
            exclusive: false,
            settings.DeleteWhenUnused,
            arguments,
            cancellationToken: cancellation
        );
        foreach (var key in (metadata.GetValueOrDefault("routingKey") ?? "").Split(','))
        {
            await channel.QueueBindAsync(queue, topic, key, cancellationToken: cancellation);
        }
    }

    private static async Task<string> DeclareDeadLetterAsync(
        IChannel channel,
        RabbitSettings settings,
        string queue,
        CancellationToken cancellation
    )
    {
        var (exchange, deadQueue) = ($"dlx-{queue}", $"dlq-{queue}");
        var arguments = Limits(settings);
        arguments["x-queue-mode"] = "lazy"; // kept on disk: no consumer is waiting for it
        await channel.ExchangeDeclareAsync(exchange, "fanout", durable: true, settings.DeleteWhenUnused, cancellationToken: cancellation);
        await channel.QueueDeclareAsync(
            deadQueue,
            durable: true,
            exclusive: false,
            settings.DeleteWhenUnused,
            arguments,
            cancellationToken: cancellation
        );
        await channel.QueueBindAsync(deadQueue, exchange, "", cancellationToken: cancellation);
        return exchange;
    }

    private static Dictionary<string, object?> Limits(RabbitSettings settings)
    {
        var arguments = new Dictionary<string, object?>();
        if (settings.MaxLength > 0)
        {
            arguments["x-max-length"] = settings.MaxLength;
        }
        if (settings.MaxLengthBytes > 0)
        {
            arguments["x-max-length-bytes"] = settings.MaxLengthBytes;
        }
        return arguments;
    }

    private static void Add(Dictionary<string, object?> arguments, IReadOnlyDictionary<string, string> metadata)
    {
        if (Number(metadata, "maxPriority") is { } priority)
        {
            arguments["x-max-priority"] = (int)Math.Min(priority, byte.MaxValue);
        }
        arguments["x-queue-type"] = metadata.GetValueOrDefault("queueType") switch
        {
            null or "" => "classic",
            "classic" or "quorum" => metadata["queueType"],
            var other => throw new ArgumentException($"invalid queue type {other}. Valid types are classic and quorum"),
        };
        if (metadata.GetValueOrDefault("singleActiveConsumer") is { Length: > 0 } single && BooleanText.Of(single))
        {
            arguments["x-single-active-consumer"] = true;
        }
        if (Number(metadata, "maxLen") is { } length)
        {
            arguments["x-max-length"] = length;
        }
        if (Number(metadata, "maxLenBytes") is { } bytes)
        {
            arguments["x-max-length-bytes"] = bytes;
        }
    }

    private static long? Number(IReadOnlyDictionary<string, string> metadata, string name) =>
        metadata.GetValueOrDefault(name) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ArgumentException($"'{name}' of the subscription must be a whole number, not '{text}'");
}
