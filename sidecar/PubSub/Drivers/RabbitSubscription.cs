using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Sidecar.Loops;
using Sidecar.PubSub.Delivery;
using Sidecar.PubSub.Events;
using Sidecar.Rabbit;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// One queue of a topic, on its own channel. Channel and consumer are created again if the broker closes them while the connection stays
/// open, for example because the queue was deleted.
/// </summary>
internal sealed partial class RabbitSubscription : IAsyncDisposable
{
    private const int Lanes = 16;
    private const int ReadAhead = 512;

    /// <summary>A message that fails again and again would otherwise go to and fro as fast as the machine can.</summary>
    private static readonly TimeSpan BeforeRequeue = TimeSpan.FromMilliseconds(200);

    private readonly IConnection connection;
    private readonly RabbitSettings settings;
    private readonly SubscribeRequest request;
    private readonly MessageHandler handler;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string queue;
    private readonly CancellationTokenSource stopping = new();
    private readonly Signal ended = new();
    private readonly DeliveryLanes<Receipt> lanes;
    private IChannel? channel;
    private BackgroundLoop? watching;
    private long received;
    private int disposed;

    public RabbitSubscription(
        IConnection connection,
        RabbitSettings settings,
        SubscribeRequest request,
        MessageHandler handler,
        TimeProvider time,
        ILogger logger
    )
    {
        (this.connection, this.settings, this.request, this.handler, this.time, this.logger) = (
            connection,
            settings,
            request,
            handler,
            time,
            logger
        );
        queue = RabbitTopology.QueueOf(settings, request.Topic, request.Metadata);
        lanes = new DeliveryLanes<Receipt>(
            settings.Single ? 1 : Lanes,
            settings.Single ? 0 : request.Parallel,
            ReadAhead,
            DeliverAsync,
            request.Topic,
            time,
            logger
        );
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        await EstablishAsync(cancellation);
        watching = BackgroundLoop.Start($"The watch of queue {queue}", WatchAsync, time, logger);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }
        await (watching?.DisposeAsync() ?? ValueTask.CompletedTask);
        await stopping.CancelAsync();
        await lanes.DisposeAsync();
        if (channel is not null)
        {
            await channel.DisposeAsync(); // returns unsettled messages to the queue
        }
        stopping.Dispose();
    }

    private async Task EstablishAsync(CancellationToken cancellation)
    {
        var opened = await connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            await RabbitTopology.DeclareQueueAsync(opened, settings, request.Topic, queue, request.Metadata, cancellation);
            await opened.BasicQosAsync(0, settings.Prefetch, global: false, cancellation);
            opened.ChannelShutdownAsync += (_, reason) => SignalAsync(reason.Initiator != ShutdownInitiator.Application);
            var consumer = new AsyncEventingBasicConsumer(opened);
            consumer.ReceivedAsync += (_, delivery) => TakeAsync(opened, delivery);
            consumer.UnregisteredAsync += (_, _) => SignalAsync(true);
            await opened.BasicConsumeAsync(queue, settings.AutoAck, consumer, cancellation);
            channel = opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private Task SignalAsync(bool byBroker)
    {
        if (byBroker)
        {
            ended.Give();
        }
        return Task.CompletedTask;
    }

    /// <summary>A lost connection is put right by the library; this is for a channel that ended on its own.</summary>
    private async Task WatchAsync(CancellationToken ending)
    {
        while (true)
        {
            await ended.NextAsync(ending);
            if (!connection.IsOpen)
            {
                continue;
            }
            LogEnded(queue);
            try
            {
                await (channel?.DisposeAsync() ?? ValueTask.CompletedTask);
                await EstablishAsync(ending);
            }
            catch (Exception e) when (!ending.IsCancellationRequested)
            {
                LogNotEstablished(e, queue);
                await Task.Delay(settings.ReconnectWait, time, ending);
                ended.Give();
            }
        }
    }

    private async Task TakeAsync(IChannel source, BasicDeliverEventArgs delivery)
    {
        var metadata = settings.PropertiesToMetadata ? MetadataOf(delivery.BasicProperties) : BrokerMessage.EmptyMetadata;
        ReadOnlyMemory<byte> data = delivery.Body.ToArray(); // the library takes its buffer back after this call
        var message = new BrokerMessage(request.Topic, data, null, metadata)
        {
            OrderingKey = OrderingKeys.Of(data, metadata),
            Position = ++received,
        };
        try
        {
            await lanes.AddAsync(message, new Receipt(source, delivery.DeliveryTag), stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not settled, so it stays in the queue.
        }
    }

    private async Task DeliverAsync(BrokerMessage message, Receipt receipt, CancellationToken cancellation)
    {
        var acknowledgement = await HandleAsync(message, cancellation);
        if (settings.AutoAck || (acknowledgement == Acknowledgement.Retry && cancellation.IsCancellationRequested))
        {
            return;
        }
        try
        {
            if (acknowledgement == Acknowledgement.Done)
            {
                await receipt.Source.BasicAckAsync(receipt.Tag, multiple: false, CancellationToken.None);
                return;
            }
            if (settings.RequeueInFailure)
            {
                await Task.Delay(BeforeRequeue, time, cancellation);
            }
            await receipt.Source.BasicNackAsync(receipt.Tag, multiple: false, settings.RequeueInFailure, CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Not settled, so it stays in the queue.
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or ObjectDisposedException)
        {
            // The channel is closed, so the message is no longer ours: the broker delivers it again.
            LogNotSettled(e, queue);
        }
    }

    private async Task<Acknowledgement> HandleAsync(BrokerMessage message, CancellationToken cancellation)
    {
        try
        {
            return await handler(message, cancellation);
        }
        catch (Exception e)
        {
            // A subscription outlives any one message: a handler's fault means "again later".
            if (!cancellation.IsCancellationRequested)
            {
                LogHandlerFailed(e, request.Topic, queue);
            }
            return Acknowledgement.Retry;
        }
    }

    private static Dictionary<string, string> MetadataOf(IReadOnlyBasicProperties properties)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                metadata["metadata." + name] = value;
            }
        }
        Add("messageid", properties.MessageId);
        Add("correlationid", properties.CorrelationId);
        Add("type", properties.Type);
        Add("contenttype", properties.ContentType);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
        {
            Add(name, value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString());
        }
        return metadata;
    }

    private sealed record Receipt(IChannel Source, ulong Tag);

    [LoggerMessage(2121, LogLevel.Error, "Handler for topic {Topic} failed; what becomes of the message is up to queue {Queue}")]
    private partial void LogHandlerFailed(Exception failure, string topic, string queue);

    [LoggerMessage(2122, LogLevel.Warning, "The broker has ended the consumer of queue {Queue}; it is set up again")]
    private partial void LogEnded(string queue);

    [LoggerMessage(2123, LogLevel.Error, "The consumer of queue {Queue} could not be set up again; trying until it can")]
    private partial void LogNotEstablished(Exception failure, string queue);

    [LoggerMessage(2124, LogLevel.Warning, "A message of queue {Queue} could not be settled; the broker delivers it again")]
    private partial void LogNotSettled(Exception failure, string queue);
}
