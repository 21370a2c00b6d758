namespace Sidecar.PubSub.Drivers;

/// <summary>
/// The subscriptions of this process that share one queue, like instances of an app. Each message goes to one of them, and messages with
/// the same ordering key go to the same one until a subscription joins or leaves.
/// </summary>
internal sealed class SqliteConsumers
{
    private readonly Lock gate = new();
    private readonly List<SqliteSubscription> members = []; // guarded by gate
    private readonly Dictionary<long, SqliteSubscription?> taken = []; // guarded by gate; null: handled, and on its way out of the queue

    public void Join(SqliteSubscription subscription) => Change(() => members.Add(subscription));

    /// <summary>The other subscriptions get its undelivered messages.</summary>
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

    /// <summary>Delivered, even if its subscription leaves now.</summary>
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
            // A message skipped for another subscription may belong to this one now.
            members.ForEach(member => member.Rewind());
        }
    }
}
