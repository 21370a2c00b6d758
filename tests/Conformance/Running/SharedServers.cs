using Servers;

namespace Conformance.Running;

/// <summary>One server of each kind for all tests that need it; tests use separate databases, table names and virtual hosts.</summary>
internal static class SharedServers
{
    private static readonly Lazy<Task<RedisProcess>> RedisStart = new(() => StartAsync(new RedisProcess()));
    private static readonly Lazy<Task<PostgresProcess>> PostgresStart = new(() => StartAsync(new PostgresProcess()));
    private static readonly Lazy<Task<RabbitProcess>> RabbitStart = new(() => StartAsync(new RabbitProcess { VirtualHosts = 12 }));
    private static int redisDatabase;
    private static int virtualHost;

    public static Task<RedisProcess> RedisAsync() => RedisStart.Value;

    public static Task<PostgresProcess> PostgresAsync() => PostgresStart.Value;

    public static Task<RabbitProcess> RabbitAsync() => RabbitStart.Value;

    public static int NextRedisDatabase() => Interlocked.Increment(ref redisDatabase);

    public static int NextVirtualHost() => Interlocked.Increment(ref virtualHost) - 1;

    private static async Task<T> StartAsync<T>(T server)
        where T : ServerProcess
    {
        await server.StartAsync();
        return server;
    }
}
