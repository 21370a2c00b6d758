using Sidecar.Components;
using StackExchange.Redis;

namespace Sidecar.Redis;

/// <summary>
/// The connection to one Redis database, shared by all components of this process that name it alike: commands of all of them are
/// pipelined on it. It comes back by itself after the server has been away.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly SharedByKey<Task<RedisServer>> Open = new();

    private readonly RedisSettings settings;

    private RedisServer(IConnectionMultiplexer connection, RedisSettings settings)
    {
        this.settings = settings;
        Connection = connection;
        Database = connection.GetDatabase();
    }

    public IConnectionMultiplexer Connection { get; }

    public IDatabase Database { get; }

    public int DatabaseNumber => settings.Database;

    /// <exception cref="InvalidOperationException">The server can't be reached, or does not let us in.</exception>
    public static Task<RedisServer> AtAsync(RedisSettings settings) => Open.JoinAsync(settings.Key, () => ConnectAsync(settings));

    /// <summary>All keys that match the pattern, some of them perhaps twice. Goes through the whole database in steps.</summary>
    public IAsyncEnumerable<RedisKey> ScanAsync(string pattern) =>
        Connection
            .GetServers()
            .First(one => one is { IsConnected: true, IsReplica: false })
            .KeysAsync(settings.Database, pattern, pageSize: 1000);

    /// <summary>
    /// A connection of its own, for commands that wait on the server: on the shared one they would hold up all others.
    /// <paramref name="longestWait"/> is how long a command may take.
    /// </summary>
    public async Task<IConnectionMultiplexer> DedicatedAsync(TimeSpan longestWait)
    {
        var options = settings.Options();
        options.AsyncTimeout = (int)(longestWait + settings.DialTimeout).TotalMilliseconds;
        options.CommandMap = CommandMap.Create(["SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "PUBLISH"], available: false);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.Protocol = RedisProtocol.Resp2; // answers of commands the library does not know differ between the protocols
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        if (Open.Leave(settings.Key))
        {
            await Connection.DisposeAsync();
        }
    }

    private static async Task<RedisServer> ConnectAsync(RedisSettings settings)
    {
        try
        {
            return new RedisServer(await ConnectionMultiplexer.ConnectAsync(settings.Options()), settings);
        }
        catch (RedisConnectionException e)
        {
            throw new InvalidOperationException(Reason(e, settings), e);
        }
    }

    private static string Reason(RedisConnectionException failure, RedisSettings settings) =>
        failure.FailureType == ConnectionFailureType.AuthenticationFailure
        || failure.ToString() is var text
            && (text.Contains("NOAUTH", StringComparison.Ordinal) || text.Contains("WRONGPASS", StringComparison.Ordinal))
            ? $"Redis at {settings.Address} does not let us in; correct redisPassword (and redisUsername)"
            : $"no Redis answers at {settings.Address}; start it, or correct redisHost ({failure.FailureType})";
}
