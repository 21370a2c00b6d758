namespace Sidecar.Components;

/// <summary>
/// Objects that several components of this process share by a key, such as a connection by its address. The first user opens one, and the
/// last user closes it. Safe to call concurrently.
/// </summary>
internal sealed class SharedByKey<T>
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (T Value, int Users)> open = new(StringComparer.Ordinal); // guarded by gate

    /// <summary>Joins the users of <paramref name="key"/>; the first one opens it, under a lock.</summary>
    public T Join(string key, Func<T> first)
    {
        lock (gate)
        {
            var value = open.TryGetValue(key, out var known) ? known.Value : first();
            open[key] = (value, known.Users + 1);
            return value;
        }
    }

    /// <summary>Called once per <see cref="Join"/>.</summary>
    /// <returns>True for the last user, which has to close the object.</returns>
    public bool Leave(string key)
    {
        lock (gate)
        {
            var (value, users) = open[key];
            if (users > 1)
            {
                open[key] = (value, users - 1);
                return false;
            }
            return open.Remove(key);
        }
    }
}

/// <summary>Opens shared objects asynchronously.</summary>
internal static class SharedByKeyExtensions
{
    /// <summary>Like <see cref="SharedByKey{T}.Join"/>; a user whose opening fails has left.</summary>
    public static async Task<T> JoinAsync<T>(this SharedByKey<Task<T>> shared, string key, Func<Task<T>> first)
    {
        var opening = shared.Join(key, first);
        try
        {
            return await opening;
        }
        catch
        {
            shared.Leave(key);
            throw;
        }
    }
}
