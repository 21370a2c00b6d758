using Sidecar.Components;
using StackExchange.Redis;

namespace Sidecar.Redis;

/// <summary>
/// The connection to one Redis database, shared by all components of this process with the same settings, whose commands are pipelined on
/// it. It reconnects after an outage of the server.
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

    /// <exception cref="InvalidOperationException">The server cannot be reached, or refuses the login.</exception>
    public static Task<RedisServer> AtAsync(RedisSettings settings) => Open.JoinAsync(settings.Key, () => ConnectAsync(settings));

    /// <summary>All keys that match the pattern, some perhaps twice. Scans the whole database in steps.</summary>
    public IAsyncEnumerable<RedisKey> ScanAsync(string pattern) =>
        Connection
            .GetServers()
            .First(one => one is { IsConnected: true, IsReplica: false })
            .KeysAsync(settings.Database, pattern, pageSize: 1000);

    /// <summary>
    /// Opens a separate connection for blocking commands, which would delay all others on the shared one. <paramref name="longestWait"/> is
    /// the longest time that a command may take.
    /// </summary>
    public async Task<IConnectionMultiplexer> DedicatedAsync(TimeSpan longestWait)
    {
        var options = settings.Options();
        options.AsyncTimeout = (int)(longestWait + settings.DialTimeout).TotalMilliseconds;
        options.CommandMap = CommandMap.Create(["SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "PUBLISH"], available: false);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.Protocol = RedisProtocol.Resp2; // answers of commands unknown to the library differ between the protocols
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
