using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.State;

namespace Orders.DeadLetters;

/// <summary>Dead letters and the lists of them, each change in one transaction.</summary>
internal sealed class DeadLetterStore(ViewState state, UnreadableRecords records)
{
    private const int MaxRaces = 20;

    /// <summary>
    /// Longer than the retries of a delivery take. Then the dead letter itself has the reason, or the event was taken after all.
    /// </summary>
    private static readonly TimeSpan ReasonLifetime = TimeSpan.FromDays(1);

    public static string RootKey(string list) => $"list-{list}";

    public static string BucketKey(string list, long bucket) => $"list-{list}-{bucket}";

    /// <summary>Leaves out dead letters that do not exist or can't be read.</summary>
    public async Task<IReadOnlyList<DeadLetter>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        var kept = await state.ReadAsync([.. ids.Select(KeyOf)], cancellation);
        return [.. ids.Select(KeyOf).Select(key => records.Read<DeadLetter>(key, kept[key])).OfType<DeadLetter>()];
    }

    /// <summary>Stores a consumer's reason for an event that has not arrived yet, for <see cref="ReasonLifetime"/>.</summary>
    public Task SaveFailureAsync(string id, DeliveryFailure failure, CancellationToken cancellation) =>
        state.SaveAsync(ReasonKeyOf(id), failure, ReasonLifetime, cancellation);

    public Task<DeliveryFailure?> FindFailureAsync(string id, CancellationToken cancellation) =>
        state.FindAsync<DeliveryFailure>(ReasonKeyOf(id), cancellation);

    /// <summary>Decides and writes; decides again after a concurrent write.</summary>
    public async Task<Outcome<DeadLetter>> ChangeAsync(
        string id,
        Func<DeadLetter?, Outcome<DeadLetter>> decide,
        CancellationToken cancellation
    )
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            var kept = (await state.ReadAsync([KeyOf(id)], cancellation))[KeyOf(id)];
            var before = kept.As<DeadLetter>();
            var decided = decide(before);
            if (decided.Value is not { } next)
            {
                return decided;
            }
            if (ReferenceEquals(next, before))
            {
                return next; // nothing has changed
            }
            if (await WriteAsync(before, next, kept.ETag, cancellation) == WriteResult.Written)
            {
                return next;
            }
        }
        return Refusal.Conflict("dead-letter-busy", "Others keep changing this dead letter; try again.");
    }

    private async Task<WriteResult> WriteAsync(DeadLetter? before, DeadLetter next, string? etag, CancellationToken cancellation)
    {
        var lists = new ListBatch(state, RootKey, BucketKey);
        var moved = before?.State != next.State;
        if (moved)
        {
            if (before is not null)
            {
                lists.Remove(DeadLetterRules.ListOf(before.State), before.N);
            }
            lists.Add(DeadLetterRules.ListOf(next.State), next.Id);
        }
        var changes = await lists.ChangesAsync(cancellation);
        var record = moved ? next with { N = lists.NumberOf(DeadLetterRules.ListOf(next.State), next.Id) } : next;
        return await state.WriteAsync([.. changes, new RecordChange(KeyOf(next.Id), record, etag)], cancellation);
    }

    private static string ReasonKeyOf(string id) => $"dead-letter-reason-{Uri.EscapeDataString(id)}";

    private static string KeyOf(string id) => $"dead-letter-{Uri.EscapeDataString(id)}";
}
