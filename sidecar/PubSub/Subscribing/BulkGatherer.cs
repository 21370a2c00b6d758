using System.Threading.Channels;
using Sidecar.Loops;

namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// Collects single messages of a broker into bulk deliveries, up to the subscription's maximum count or wait. The handler of each message
/// returns that message's own outcome.
/// </summary>
internal sealed class BulkGatherer(
    TopicSubscription subscription,
    IPubSub broker,
    Func<IReadOnlyList<BrokerMessage>, CancellationToken, Task<IReadOnlyList<Acknowledgement>>> handle,
    TimeProvider time,
    ILogger logger
) : IAsyncDisposable
{
    private readonly Channel<(BrokerMessage Message, TaskCompletionSource<Acknowledgement> Settled)> gathered = Channel.CreateUnbounded<(
        BrokerMessage,
        TaskCompletionSource<Acknowledgement>
    )>(new() { SingleReader = true });
    private IAsyncDisposable? source;
    private BackgroundLoop? pump;

    public async Task<IAsyncDisposable> StartAsync(CancellationToken cancellation)
    {
        source = await broker.SubscribeAsync(
            new SubscribeRequest(subscription.Topic, subscription.Metadata, subscription.Bulk!.MaxMessages),
            GatherAsync,
            cancellation
        );
        pump = BackgroundLoop.Start($"Bulk delivery of topic {subscription.Topic}", PumpAsync, time, logger);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        if (pump is not null)
        {
            await pump.DisposeAsync();
        }
        if (source is not null)
        {
            await source.DisposeAsync();
        }
        gathered.Writer.TryComplete();
    }

    private async Task<Acknowledgement> GatherAsync(BrokerMessage message, CancellationToken cancellation)
    {
        var settled = new TaskCompletionSource<Acknowledgement>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!gathered.Writer.TryWrite((message, settled)))
        {
            return Acknowledgement.Retry;
        }
        using var stop = cancellation.Register(() => settled.TrySetResult(Acknowledgement.Retry));
        return await settled.Task;
    }

    private async Task PumpAsync(CancellationToken stopping)
    {
        var bulk = subscription.Bulk!;
        while (await gathered.Reader.WaitToReadAsync(stopping))
        {
            var batch = new List<(BrokerMessage Message, TaskCompletionSource<Acknowledgement> Settled)>();
            try
            {
                await FillAsync(batch, bulk.MaxMessages, bulk.MaxAwait, stopping);
                var outcomes = await handle([.. batch.Select(item => item.Message)], stopping);
                for (var i = 0; i < batch.Count; i++)
                {
                    batch[i].Settled.TrySetResult(outcomes[i]);
                }
            }
            finally
            {
                // After a failure the broker redelivers the messages; settled ones stay settled.
                batch.ForEach(item => item.Settled.TrySetResult(Acknowledgement.Retry));
            }
        }
    }

    private async Task FillAsync(
        List<(BrokerMessage Message, TaskCompletionSource<Acknowledgement> Settled)> batch,
        int most,
        TimeSpan longest,
        CancellationToken stopping
    )
    {
        using var deadline = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            while (batch.Count < most)
            {
                batch.Add(await gathered.Reader.ReadAsync(either.Token));
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            // The longest wait is over: the bulk has the messages received so far.
        }
        batch.Sort((one, other) => one.Message.Position.CompareTo(other.Message.Position));
    }
}
