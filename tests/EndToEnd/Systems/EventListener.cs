using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndToEnd.Systems;

/// <summary>
/// Subscribes to every topic of the platform through the gateway's sidecar; <see cref="SharedSystem"/> grants it the topics.
/// </summary>
internal sealed class EventListener : IAsyncDisposable
{
    private static readonly string[] Topics =
    [
        "orders",
        "orders-choreography",
        "inventory",
        "inventory-choreography",
        "payments",
        "payments-choreography",
        "shipments",
        "shipments-choreography",
        "customers",
    ];

    private readonly CancellationTokenSource enough = new();
    private readonly AppSidecar sidecar;
    private readonly GrpcChannel channel;
    private readonly Action<TopicEventRequest> take;
    private IReadOnlyList<Task> listening = [];

    private EventListener(OrderSystem system, Action<TopicEventRequest> take)
    {
        sidecar = system.SidecarOf("gateway");
        channel = GrpcChannel.ForAddress(sidecar.GrpcAddress);
        this.take = take;
    }

    /// <summary>Returns when subscribed. Calls <paramref name="take"/> for each delivery, from several threads.</summary>
    public static async Task<EventListener> StartAsync(OrderSystem system, Action<TopicEventRequest> take)
    {
        var listener = new EventListener(system, take);
        listener.listening = await Task.WhenAll(Topics.Select(listener.SubscribeAsync));
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        await Task.WhenAll(listening);
        channel.Dispose();
        sidecar.Dispose();
        enough.Dispose();
    }

    /// <summary>Returns when subscribed. The returned task ends with the subscription.</summary>
    private async Task<Task> SubscribeAsync(string topic)
    {
        var call = new Dapr.Client.Autogen.Grpc.v1.Dapr.DaprClient(channel).SubscribeTopicEventsAlpha1(
            sidecar.CallTo("gateway"),
            cancellationToken: enough.Token
        );
        await call.RequestStream.WriteAsync(
            new SubscribeTopicEventsRequestAlpha1
            {
                InitialRequest = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = "events", Topic = topic },
            },
            enough.Token
        );
        Assert.True(await call.ResponseStream.MoveNext(enough.Token));
        return Task.Run(() => ReadAsync(call), CancellationToken.None);
    }

    private async Task ReadAsync(AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> call)
    {
        try
        {
            while (await call.ResponseStream.MoveNext(enough.Token))
            {
                var received = call.ResponseStream.Current.EventMessage;
                take(received);
                await call.RequestStream.WriteAsync(
                    new SubscribeTopicEventsRequestAlpha1
                    {
                        EventProcessed = new SubscribeTopicEventsRequestProcessedAlpha1
                        {
                            Id = received.Id,
                            Status = new() { Status = TopicEventResponse.Types.TopicEventResponseStatus.Success },
                        },
                    },
                    enough.Token
                );
            }
        }
        catch (RpcException) when (enough.IsCancellationRequested)
        {
            // The subscription was cancelled.
        }
    }
}
