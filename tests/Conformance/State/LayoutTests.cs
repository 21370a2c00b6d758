using Conformance.Running;
using Grpc.Core;
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

    [SkippableFact]
    public async Task A_plain_string_of_Redis_is_read_without_an_ETag_and_can_be_replaced()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var redis = connection.GetDatabase(number);
        await redis.StringSetAsync("app||plain", "\"by hand\"");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "app",
                Isolated = true,
                Resources = [Yaml.Component("store", "state.redis", ("redisHost", $"127.0.0.1:{server.Port}"), ("redisDB", $"{number}"))],
            }
        );

        using var answer = await sidecar.Http.GetAsync("/v1.0/state/store/plain");
        Assert.Equal((200, "\"by hand\"", false), ((int)answer.StatusCode, await answer.TextAsync(), answer.Headers.Contains("ETag")));
        await sidecar
            .Http.SendAsync("POST", "/v1.0/state/store/bulk", """{"keys":["plain"]}""")
            .SucceedsAsync(200, """[{"key":"plain","data":"by hand"}]""" + "\n");
        Assert.Equal("", (await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "plain" })).Etag);

        await sidecar.Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"plain","value":1}]""").SucceedsAsync();
        Assert.Equal(new HashEntry[] { new("data", "1"), new("version", 1) }, await redis.HashGetAllAsync("app||plain"));
    }

    [SkippableFact]
    public async Task A_key_that_can_not_be_read_from_Redis_has_an_error_of_its_own_in_a_bulk_get()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        await connection.GetDatabase(number).HashSetAsync("broken", [new("data", "1")]);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component(
                        "store",
                        "state.redis",
                        ("redisHost", $"127.0.0.1:{server.Port}"),
                        ("redisDB", $"{number}"),
                        ("keyPrefix", "none")
                    ),
                ],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"whole","value":1}]""").SucceedsAsync();

        using var answer = await sidecar.Http.SendAsync("POST", "/v1.0/state/store/bulk", """{"keys":["broken","whole"]}""");
        Assert.Equal(200, (int)answer.StatusCode);
        var items = (await answer.JsonAsync()).EnumerateArray().ToDictionary(item => item.GetProperty("key").GetString()!);
        const string error = "required hash field 'data' or 'version' was not found";
        Assert.Equal((error, 1), (items["broken"].GetProperty("error").GetString(), items["whole"].GetProperty("data").GetInt32()));
        var bulk = await sidecar.Grpc.GetBulkStateAsync(new() { StoreName = "store", Keys = { "broken" } });
        Assert.Equal(error, bulk.Items[0].Error);
        await sidecar
            .Http.GetAsync("/v1.0/state/store/broken")
            .FailsAsync(500, "ERR_STATE_GET", $"fail to get broken from state store store: {error}");
    }

    [SkippableFact]
    public async Task A_bulk_get_from_PostgreSQL_without_its_table_fails_as_a_whole()
    {
        Skip.IfNot(PostgresProcess.Missing is null, PostgresProcess.Missing);
        var server = await SharedServers.PostgresAsync();
        var table = "lost" + Guid.NewGuid().ToString("N")[..8];
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component(
                        "store",
                        "state.postgresql",
                        "v2",
                        ("connectionString", server.ConnectionString),
                        ("metadataTableName", $"{table}_metadata"),
                        ("tablePrefix", $"{table}_")
                    ),
                ],
            }
        );
        await using var source = Source(server);
        await using var drop = source.CreateCommand($"DROP TABLE {table}_state");
        await drop.ExecuteNonQueryAsync();

        await sidecar.Http.SendAsync("POST", "/v1.0/state/store/bulk", """{"keys":["k"]}""").FailsAsync(500, "ERR_STATE_BULK_GET");
        await sidecar.Grpc.GetBulkStateAsync(new() { StoreName = "store", Keys = { "k" } }).FailsAsync(StatusCode.Unknown);
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

        await using var source = Source(server);
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

    private static NpgsqlDataSource Source(PostgresProcess server) =>
        NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=postgres;Password={PostgresProcess.Password};SSL Mode=Disable"
        );

    private static async Task<string?> TextAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync();
    }
}
