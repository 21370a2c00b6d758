using System.Threading.Channels;

namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// Gathers single messages of a broker into bulk deliveries: full at the most the subscription allows, or after its longest wait.
/// The broker's handler of each message answers with that message's own outcome.
/// </summary>
internal sealed class BulkGatherer(
    TopicSubscription subscription,
    IPubSub broker,
    Func<IReadOnlyList<BrokerMessage>, CancellationToken, Task<IReadOnlyList<Acknowledgement>>> handle,
    TimeProvider time) : IAsyncDisposable
{
    private readonly Channel<(BrokerMessage Message, TaskCompletionSource<Acknowledgement> Settled)> gathered = Channel.CreateUnbounded<(BrokerMessage, TaskCompletionSource<Acknowledgement>)>(new() { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private IAsyncDisposable? source;
    private Task pump = Task.CompletedTask;

    public async Task<IAsyncDisposable> StartAsync(CancellationToken cancellation)
    {
        source = await broker.SubscribeAsync(new SubscribeRequest(subscription.Topic, subscription.Metadata, subscription.Bulk!.MaxMessages), GatherAsync, cancellation);
        pump = Task.Run(PumpAsync, CancellationToken.None);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (source is not null)
        {
            await source.DisposeAsync();
        }
        gathered.Writer.TryComplete();
        await pump;
        stopping.Dispose();
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

    private async Task PumpAsync()
    {
        var bulk = subscription.Bulk!;
        try
        {
            while (await gathered.Reader.WaitToReadAsync(stopping.Token))
            {
                var batch = await FillAsync(bulk.MaxMessages, bulk.MaxAwait);
                var outcomes = await handle([.. batch.Select(item => item.Message)], stopping.Token);
                for (var i = 0; i < batch.Count; i++)
                {
                    batch[i].Settled.TrySetResult(outcomes[i]);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Undelivered messages stay with the broker.
        }
    }

    private async Task<List<(BrokerMessage Message, TaskCompletionSource<Acknowledgement> Settled)>> FillAsync(int most, TimeSpan longest)
    {
        var batch = new List<(BrokerMessage Message, TaskCompletionSource<Acknowledgement> Settled)>();
        using var deadline = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping.Token);
        try
        {
            while (batch.Count < most)
            {
                batch.Add(await gathered.Reader.ReadAsync(either.Token));
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            // The longest wait is over: what has come is the bulk.
        }
        batch.Sort((one, other) => one.Message.Position.CompareTo(other.Message.Position));
        return batch;
    }
}
