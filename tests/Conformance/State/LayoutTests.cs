using Conformance.Running;
using Npgsql;
using Servers;
using StackExchange.Redis;

namespace Conformance.State;

/// <summary>The stores have daprd's layout: either sidecar can use the other's data.</summary>
public sealed class LayoutTests
{
    [SkippableFact]
    public async Task Redis_has_a_hash_per_key_with_data_and_version()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var redis = connection.GetDatabase(number);
        await redis.HashSetAsync("app||theirs", [new("data", "\"daprd\""), new("version", 4)]);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "app",
                Isolated = true,
                Resources = [Yaml.Component("store", "state.redis", ("redisHost", $"127.0.0.1:{server.Port}"), ("redisDB", $"{number}"))],
            }
        );

        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/state/store",
                """[{"key":"ours","value":{"n":1}},{"key":"first","value":2,"options":{"concurrency":"first-write"}},{"key":"theirs","value":3,"etag":"4"}]"""
            )
            .SucceedsAsync();

        Assert.Equal(new HashEntry[] { new("data", "{\"n\":1}"), new("version", 1) }, await redis.HashGetAllAsync("app||ours"));
        Assert.Equal(
            new HashEntry[] { new("data", "2"), new("first-write", 0), new("version", 1) },
            (await redis.HashGetAllAsync("app||first")).OrderBy(entry => entry.Name)
        );
        Assert.Equal(new HashEntry[] { new("data", "3"), new("version", 5) }, await redis.HashGetAllAsync("app||theirs"));
    }

    /// <summary>daprd stores such a value by JSON.SET, in a transaction only.</summary>
    [SkippableFact]
    public async Task Redis_without_RedisJSON_refuses_a_JSON_content_type_in_a_transaction()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component(
                        "store",
                        "state.redis",
                        ("redisHost", $"127.0.0.1:{server.Port}"),
                        ("redisDB", $"{SharedServers.NextRedisDatabase()}")
                    ),
                ],
            }
        );

        await sidecar
            .Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"a","value":1,"metadata":{"contentType":"application/json"}}]""")
            .SucceedsAsync();
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/state/store/transaction",
                """{"operations":[{"operation":"upsert","request":{"key":"b","value":1,"metadata":{"contentType":"application/json"}}}]}"""
            )
            .FailsAsync(500, "ERR_STATE_TRANSACTION");
    }

    [SkippableTheory]
    [InlineData(
        "v1",
        "key text, value jsonb, isbinary boolean, insertdate timestamp with time zone, updatedate timestamp with time zone, "
            + "expiredate timestamp with time zone, row_id bigint",
        "lock=lock migrations=3",
        "true|\"dGV4dA==\"",
        "false|{\"n\": 1}"
    )]
    [InlineData(
        "v2",
        "key text, value bytea, etag uuid, created_at timestamp with time zone, updated_at timestamp with time zone, "
            + "expires_at timestamp with time zone, row_id bigint",
        "lock=lock migrations-state-v2-{table}_=2",
        "text",
        "{\"n\":1}"
    )]
    public async Task PostgreSQL_has_daprds_tables(string version, string columns, string metadata, string bytes, string json)
    {
        Skip.IfNot(PostgresProcess.Missing is null, PostgresProcess.Missing);
        var server = await SharedServers.PostgresAsync();
        var table = "layout" + Guid.NewGuid().ToString("N")[..8];
        var name = version == "v1" ? ("tableName", $"{table}_state") : ("tablePrefix", $"{table}_");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "app",
                Isolated = true,
                Resources =
                [
                    Yaml.Component(
                        "store",
                        "state.postgresql",
                        version,
                        ("connectionString", server.ConnectionString),
                        ("metadataTableName", $"{table}_metadata"),
                        name
                    ),
                ],
            }
        );

        await sidecar.Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"json","value":{"n":1}}]""").SucceedsAsync();
        await sidecar.Client.SaveByteStateAsync("store", "bytes", "text"u8.ToArray());

        await using var source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=postgres;Password={PostgresProcess.Password};SSL Mode=Disable"
        );
        Assert.Equal(
            columns,
            await TextAsync(
                source,
                "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) FROM "
                    + $"information_schema.columns WHERE table_name = '{table}_state'"
            )
        );
        Assert.Equal(
            metadata.Replace("{table}", table, StringComparison.Ordinal),
            await TextAsync(source, $"SELECT string_agg(key || '=' || value, ' ' ORDER BY key) FROM {table}_metadata")
        );
        var stored = version == "v1" ? "isbinary::text || '|' || value::text" : "convert_from(value, 'UTF8')";
        Assert.Equal(bytes, await TextAsync(source, $"SELECT {stored} FROM {table}_state WHERE key = 'app||bytes'"));
        Assert.Equal(json, await TextAsync(source, $"SELECT {stored} FROM {table}_state WHERE key = 'app||json'"));
    }

    private static async Task<string?> TextAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync();
    }
}
