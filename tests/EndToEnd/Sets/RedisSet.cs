using EndToEnd.Systems;
using Servers;
using StackExchange.Redis;

namespace EndToEnd.Sets;

internal sealed class RedisSet : StoreSet
{
    private readonly RedisProcess server = new();
    private ConnectionMultiplexer? connection;

    public override string Name => "redis";

    public string Address => $"127.0.0.1:{server.Port}";

    public static async Task<RedisSet> StartAsync()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var set = new RedisSet();
        await set.server.StartAsync();
        set.connection = await ConnectionMultiplexer.ConnectAsync(set.Address);
        return set;
    }

    public override void PointAt(SystemFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder.In("components/redis"), "*.yaml"))
        {
            folder.Replace(file, "localhost:6379", Address);
        }
    }

    public override IReadOnlyList<string> ValuesOf(string store, string prefix)
    {
        var redis = connection!.GetDatabase();
        return
        [
            .. connection
                .GetServers()
                .Single()
                .Keys(pattern: $"{prefix}*", pageSize: 1000)
                .Select(key => (string)redis.HashGet(key, "data")!),
        ];
    }

    public override async Task RestartServersAsync()
    {
        await server.KillAsync();
        await server.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        await server.DisposeAsync();
    }
}
