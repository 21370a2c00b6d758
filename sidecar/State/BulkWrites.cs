using Sidecar.Failures;
using Sidecar.Resiliency;

namespace Sidecar.State;

/// <summary>
/// Several writes under one policy. A repetition leaves out those that have succeeded and those that did not meet their ETag, as in daprd.
/// </summary>
internal sealed class BulkWrites(IStateStore store, IReadOnlyList<StateWrite> writes)
{
    private readonly StateFailure?[] failures = new StateFailure?[writes.Count];
    private IReadOnlyList<int> remaining = [.. Enumerable.Range(0, writes.Count)];

    public async ValueTask<BulkResult> WriteAsync(CancellationToken cancellation)
    {
        var answers = await WriteAsync([.. remaining.Select(index => writes[index])], cancellation);
        foreach (var (index, failure) in remaining.Zip(answers))
        {
            failures[index] = failure;
        }
        remaining = [.. remaining.Where(index => failures[index] is { IsETag: false })];
        return new BulkResult([.. failures.OfType<StateFailure>()]);
    }

    /// <summary>Started together, so that the store can give them one commit.</summary>
    private async ValueTask<IReadOnlyList<StateFailure?>> WriteAsync(IReadOnlyList<StateWrite> some, CancellationToken cancellation) =>
        some.Count > 1 && store is IBulkStateStore bulk
            ? await bulk.WriteManyAsync(some, cancellation)
            : await Task.WhenAll(some.Select(write => WriteAsync(write, alone: some.Count == 1, cancellation)));

    /// <summary>A failure of one write among several must not hide that others have succeeded.</summary>
    private async Task<StateFailure?> WriteAsync(StateWrite write, bool alone, CancellationToken cancellation)
    {
        try
        {
            return await store.WriteAsync(write, cancellation);
        }
        catch (Exception e) when (!alone && e is not (DaprException or OperationCanceledException))
        {
            return new StateFailure(StateFailureKind.Unavailable, write.Key, e.Message);
        }
    }
}

/// <summary>The writes that have failed so far. They are retried unless all of them failed by their ETag.</summary>
internal sealed record BulkResult(IReadOnlyList<StateFailure> Failures) : IFallible
{
    bool IFallible.Failed => Failures.Count > 0;

    int? IFallible.Code => null;

    bool IFallible.Final => Failures.All(failure => failure.IsETag);
}
