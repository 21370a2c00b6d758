using Sidecar.Failures;
using Sidecar.Resiliency;

namespace Sidecar.State;

/// <summary>
/// Several writes under one policy. A repetition leaves out those that have succeeded and those that did not meet their ETag, as in daprd.
/// </summary>
internal sealed class BulkWrites(IStateStore store, IReadOnlyList<CheckedWrite> writes)
{
    private readonly StateFailure?[] failures = [.. writes.Select(write => write.Problem)];
    private IReadOnlyList<int> remaining = [.. writes.Index().Where(write => write.Item.Problem is null).Select(write => write.Index)];

    public async ValueTask<BulkResult> WriteAsync(CancellationToken cancellation)
    {
        var answers = await WriteAsync([.. remaining.Select(index => writes[index].Write)], cancellation);
        foreach (var (index, failure) in remaining.Zip(answers))
        {
            failures[index] = failure;
        }
        remaining = [.. remaining.Where(index => failures[index] is { IsETag: false })];
        return new BulkResult([.. failures.OfType<StateFailure>()], writes.Count > 1);
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

/// <summary>
/// The writes that have failed so far, of a request with one or with <paramref name="Several"/>. They are retried unless all of them failed
/// by their ETag.
/// </summary>
internal sealed record BulkResult(IReadOnlyList<StateFailure> Failures, bool Several) : IFallible
{
    /// <summary>
    /// The failure of the whole request, as daprd reports it; null if there is none. An ETag decides about the status. Its reason stands
    /// before the list of all if nothing else has failed, and alone otherwise.
    /// </summary>
    public StateFailure? Combined
    {
        get
        {
            if (Failures is not [var first, ..] || !Several)
            {
                return Failures.FirstOrDefault();
            }
            var all = string.Join('\n', Failures.Select(failure => failure.Message));
            return Failures.FirstOrDefault(failure => failure.IsETag) is not { } etag ? first with { Message = all }
                : Failures.Any(failure => !failure.IsETag) ? etag
                : Failures.FirstOrDefault(failure => failure.Kind == StateFailureKind.ETagInvalid) is { } invalid
                    ? invalid with
                    {
                        Message = $"invalid etag value: {all}",
                    }
                : etag with { Message = $"possible etag mismatch. error from state store: {all}" };
        }
    }

    bool IFallible.Failed => Failures.Count > 0;

    int? IFallible.Code => null;

    bool IFallible.Final => Failures.All(failure => failure.IsETag);
}
