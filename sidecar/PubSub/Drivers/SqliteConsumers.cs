namespace Sidecar.PubSub.Drivers;

/// <summary>
/// The subscriptions of this process that share one queue, as instances of an app do: each message is one's alone, and those with the same
/// ordering
/// key are the same one's while nobody joins or leaves.
/// </summary>
internal sealed class SqliteConsumers
{
    private readonly Lock gate = new();
    private readonly List<SqliteSubscription> members = []; // guarded by gate
    private readonly Dictionary<long, SqliteSubscription?> taken = []; // guarded by gate; null: handled, and on its way out of the queue

    public void Join(SqliteSubscription subscription) => Change(() => members.Add(subscription));

    /// <summary>What it has not dealt with is for the others.</summary>
    public void Leave(SqliteSubscription subscription) =>
        Change(() =>
        {
            members.Remove(subscription);
            foreach (var id in taken.Where(pair => pair.Value == subscription).Select(pair => pair.Key).ToList())
            {
                taken.Remove(id);
            }
        });

    /// <summary>False: it is another's.</summary>
    public bool TryTake(SqliteSubscription subscription, long id, string? orderingKey)
    {
        lock (gate)
        {
            var share = (uint)(orderingKey is null ? id.GetHashCode() : string.GetHashCode(orderingKey, StringComparison.Ordinal));
            return members[(int)(share % (uint)members.Count)] == subscription && taken.TryAdd(id, subscription);
        }
    }

    /// <summary>Dealt with, whoever leaves now.</summary>
    public void Handled(long id)
    {
        lock (gate)
        {
            taken[id] = null;
        }
    }

    /// <summary>Out of the queue.</summary>
    public void Done(long id)
    {
        lock (gate)
        {
            taken.Remove(id);
        }
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            // What one has passed over for another may be its own now.
            members.ForEach(member => member.Rewind());
        }
    }
}
