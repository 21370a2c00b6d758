using Sidecar.Resiliency;

namespace Sidecar.PubSub.Publishing;

/// <summary>
/// The messages of a bulk publish. Under a policy the bulk is one call, as in daprd; a repetition publishes only the messages that have
/// failed.
/// </summary>
internal sealed class BulkPublication(IPubSub broker, IReadOnlyList<BrokerMessage> messages)
{
    private readonly Exception?[] failures = new Exception?[messages.Count];
    private List<int> unpublished = [.. Enumerable.Range(0, messages.Count)]; // places in messages

    /// <returns>The failure of each message; null for a published one.</returns>
    public async Task<IReadOnlyList<Exception?>> SendAsync(Policy? policy, CancellationToken cancellation)
    {
        try
        {
            await policy.RunAsync(AttemptAsync, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or CircuitBreakerRefusedException)
        {
            foreach (var place in unpublished)
            {
                failures[place] = e;
            }
        }
        return failures;
    }

    private async ValueTask<Attempt> AttemptAsync(CancellationToken cancellation)
    {
        // Started in order and awaited together: one commit for all on a broker that commits.
        var sends = unpublished.Select(place => (Place: place, Sent: broker.PublishAsync(messages[place], cancellation))).ToList();
        await Task.WhenAll(sends.Select(send => send.Sent)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failed = new List<int>();
        foreach (var (place, sent) in sends)
        {
            try
            {
                await sent;
                failures[place] = null;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failures[place] = e;
                failed.Add(place);
            }
        }
        unpublished = failed;
        return new Attempt(failed.Count > 0);
    }

    private sealed record Attempt(bool Failed) : IFallible
    {
        int? IFallible.Code => null;
    }
}
