using System.Text.Json;
using Conformance.Running;
using Servers;

namespace Conformance.Bindings;

/// <summary>The output binding to PostgreSQL: statements of the app, with values beside them.</summary>
public sealed class PostgresBindingTests : IAsyncLifetime
{
    private readonly string table = "bound" + Guid.NewGuid().ToString("N")[..8];
    private TestedSidecar? sidecar;

    public async Task InitializeAsync()
    {
        if (PostgresProcess.Missing is not null)
        {
            return;
        }
        var server = await SharedServers.PostgresAsync();
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "sql-bound",
                Resources =
                [
                    Yaml.Component("sql", "bindings.postgresql", ("connectionString", server.ConnectionString)),
                    Yaml.Component("old", "bindings.postgres", ("url", server.ConnectionString), ("direction", "output")),
                    Yaml.Component(
                        "tuned",
                        "bindings.postgresql",
                        ("connectionString", $"{server.ConnectionString} statement_timeout=1234 app.tenant=blue")
                    ),
                ],
            }
        );
    }

    public async Task DisposeAsync()
    {
        if (sidecar is not null)
        {
            await sidecar.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Statements_take_their_values_and_say_how_many_rows_they_changed()
    {
        await RunAsync("sql", "exec", $"CREATE TABLE {table} (id int, name text, price float8, placed timestamptz)");
        using var inserted = await RunAsync(
            "sql",
            "exec",
            $"INSERT INTO {table} VALUES ($1, $2, $3, $4), (2, NULL, 1.5, NULL)",
            """[1,"it's <one>",12.25,"2026-01-02T03:04:05.06Z"]"""
        );
        Assert.Equal(
            (200, "2", "exec", ""),
            (
                (int)inserted.StatusCode,
                inserted.Headers.GetValues("metadata.rows-affected").Single(),
                inserted.Headers.GetValues("metadata.operation").Single(),
                await inserted.TextAsync()
            )
        );

        using var found = await RunAsync("old", "query", $"SELECT id, name, price, id = 1 FROM {table} ORDER BY id");
        Assert.Equal("""[[1,"it's \u003cone\u003e",12.25,true],[2,null,1.5,false]]""", await found.TextAsync());
        using var all = await RunAsync("old", "query", $"SELECT id FROM {table} WHERE id = 2", "null");
        Assert.Equal("[[2]]", await all.TextAsync());
        using var none = await RunAsync("old", "query", $"SELECT id FROM {table} WHERE id = $1", "[7]");
        Assert.Equal("[]", await none.TextAsync());
    }

    [SkippableFact]
    public async Task Values_are_written_as_JSON_by_their_type()
    {
        using var found = await RunAsync(
            "sql",
            "query",
            "SELECT '00000000-0000-0000-0000-0000000000ff'::uuid, '\\x0102'::bytea, '{\"a\":[1]}'::jsonb, 1.50::numeric, "
                + "'2026-01-02 03:04:05.5'::timestamp, '2026-01-02'::date, ARRAY[1,2], 9007199254740993::bigint"
        );
        Assert.Equal(
            """[[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,255],"AQI=",{"a":[1]},1.50,"2026-01-02T03:04:05.5Z","2026-01-02T00:00:00Z",[1,2],9007199254740993]]""",
            await found.TextAsync()
        );
    }

    [SkippableFact]
    public async Task Intervals_and_times_of_day_are_Gos_structures()
    {
        using var found = await RunAsync("sql", "query", "SELECT '1 month 2 days 00:00:03.5'::interval, '00:00:01.5'::time");
        var row = (await found.JsonAsync())[0];
        Assert.Equal(
            (1, 2, 3_500_000L, true),
            (
                row[0].GetProperty("Months").GetInt32(),
                row[0].GetProperty("Days").GetInt32(),
                row[0].GetProperty("Microseconds").GetInt64(),
                row[0].GetProperty("Valid").GetBoolean()
            )
        );
        Assert.Equal("""{"Microseconds":1500000,"Valid":true}""", row[1].GetRawText());
    }

    [SkippableFact]
    public async Task Parameters_of_the_session_in_the_connection_string_reach_the_server()
    {
        using var found = await RunAsync("tuned", "query", "SELECT current_setting('statement_timeout'), current_setting('app.tenant')");
        Assert.Equal("""[["1234ms","blue"]]""", await found.TextAsync());
    }

    [SkippableFact]
    public async Task A_statement_of_several_lines_comes_back_in_one_header()
    {
        using var found = await RunAsync("sql", "query", "SELECT 'für'\n  AS word");
        Assert.Equal("""[["für"]]""", await found.TextAsync());
        Assert.EndsWith("AS word", found.Headers.GetValues("metadata.sql").Single(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_statement_of_several_lines_runs_over_gRPC()
    {
        Skip.IfNot(PostgresProcess.Missing is null, PostgresProcess.Missing);
        var reply = await sidecar!.Client.InvokeBindingAsync(
            new Dapr.Client.BindingRequest("sql", "query") { Metadata = { ["sql"] = "SELECT 'für'\n  AS word" } }
        );
        Assert.Equal("""[["für"]]""", System.Text.Encoding.UTF8.GetString(reply.Data.Span));
    }

    [SkippableTheory]
    [InlineData("query", "", null, "error invoking output binding sql: required metadata not set: sql")]
    [InlineData("exec", "SELECT 1", "7", "failed to unserialize into an array")]
    [InlineData("create", "SELECT 1", null, "binding sql does not support operation create. supported operations:exec query close")]
    [InlineData("query", "SELECT nothing", null, "error executing query: ERROR: column \\\"nothing\\\" does not exist (SQLSTATE 42703)")]
    public async Task What_is_wrong_with_a_request_is_said(string operation, string sql, string? values, string message)
    {
        using var refused = await RunAsync("sql", operation, sql, values);
        Assert.Equal(500, (int)refused.StatusCode);
        Assert.Contains(message, await refused.TextAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task After_close_the_component_runs_nothing()
    {
        using var closed = await RunAsync("sql", "close", "");
        Assert.Equal(204, (int)closed.StatusCode);
        using var refused = await RunAsync("sql", "query", "SELECT 1");
        Assert.Contains("component is closed", await refused.TextAsync(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> RunAsync(string binding, string operation, string sql, string? values = null)
    {
        Skip.IfNot(PostgresProcess.Missing is null, PostgresProcess.Missing);
        var metadata = new Dictionary<string, string> { ["sql"] = sql };
        if (values is not null)
        {
            metadata["params"] = values;
        }
        return await sidecar!.Http.SendAsync("POST", $"/v1.0/bindings/{binding}", JsonSerializer.Serialize(new { operation, metadata }));
    }
}
