using Sidecar.Redis;
using StackExchange.Redis;

namespace Sidecar.Locks.Drivers;

/// <summary><c>lock.redis</c> as daprd keeps it: a key per resource that holds the owner and expires.</summary>
internal sealed class RedisLock(RedisServer server) : ILockStore
{
    private const string UnlockScript = """
        local owner = redis.call('GET', KEYS[1])
        if not owner then return 1 end
        if owner ~= ARGV[1] then return 2 end
        redis.call('DEL', KEYS[1])
        return 0
        """;

    public async ValueTask<bool> TryLockAsync(string resource, string owner, TimeSpan expiry, CancellationToken cancellation) =>
        await server.Database.StringSetAsync(resource, owner, expiry, When.NotExists);

    public async ValueTask<UnlockOutcome> UnlockAsync(string resource, string owner, CancellationToken cancellation) =>
        (UnlockOutcome)(int)await server.Database.ScriptEvaluateAsync(UnlockScript, [resource], [owner]);

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
