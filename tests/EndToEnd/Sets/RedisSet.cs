using EndToEnd.Systems;
using Servers;
using StackExchange.Redis;

namespace EndToEnd.Sets;

internal sealed class RedisSet : StoreSet
{
    private readonly RedisProcess server;
    private readonly bool users;
    private ConnectionMultiplexer? connection;

    private RedisSet(bool users)
    {
        this.users = users;
        server = new RedisProcess { AclFile = users ? Path.Combine(Repository.Root, "deploy/redis/users.acl") : null };
    }

    public override string Name => "redis";

    public string Address => $"127.0.0.1:{server.Port}";

    /// <param name="users">True for a server with the users of deploy/redis/users.acl, as the cluster's overlay expects it.</param>
    public static async Task<RedisSet> StartAsync(bool users = false)
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var set = new RedisSet(users);
        await set.server.StartAsync();
        set.connection = await ConnectionMultiplexer.ConnectAsync(set.OptionsOf("admin"));
        return set;
    }

    public override void PointAt(SystemFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder.In("components/redis"), "*.yaml"))
        {
            var user = Path.GetFileNameWithoutExtension(file).Split('-')[0];
            var login = $"{Address}\n    - name: redisUsername\n      value: {user}\n    - name: redisPassword\n      value: {user}";
            folder.Replace(file, "localhost:6379", users ? login : Address);
        }
    }

    /// <summary>Login options of a user. Its password is its name, as in deploy/redis/users.acl.</summary>
    public ConfigurationOptions OptionsOf(string user) =>
        users
            ? new ConfigurationOptions
            {
                EndPoints = { Address },
                User = user,
                Password = user,
            }
            : ConfigurationOptions.Parse(Address);

    /// <summary>Returns the users that the server has denied a key, with the key.</summary>
    public async Task<IReadOnlyList<string>> RefusedKeysAsync() =>
        [
            .. ((RedisResult[])(await connection!.GetDatabase().ExecuteAsync("ACL", "LOG"))!)
                .Select(entry => entry.ToDictionary())
                .Where(entry => (string?)entry["reason"] == "key")
                .Select(entry => $"{(string?)entry["username"]} {(string?)entry["object"]}"),
        ];

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
