using System.Text.Json;
using Conformance.Running;
using Dapr.Client;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.State;

public sealed class InMemoryStateTests(StateSidecar<InMemoryState> fixture) : StateTests<InMemoryState>(fixture);

public sealed class SqliteStateTests(StateSidecar<SqliteState> fixture) : StateTests<SqliteState>(fixture);

public sealed class RedisStateTests(StateSidecar<RedisState> fixture) : StateTests<RedisState>(fixture);

public sealed class Postgres1StateTests(StateSidecar<Postgres1State> fixture) : StateTests<Postgres1State>(fixture);

public sealed class Postgres2StateTests(StateSidecar<Postgres2State> fixture) : StateTests<Postgres2State>(fixture);

/// <summary>The state API, the same for every store.</summary>
public abstract partial class StateTests<TDriver> : IClassFixture<StateSidecar<TDriver>>
    where TDriver : StateDriver, new()
{
    private const string Store = "/v1.0/state/store";

    private readonly string key = "key-" + Guid.NewGuid().ToString("N")[..10];

    private readonly StateSidecar<TDriver> fixture;

    protected StateTests(StateSidecar<TDriver> fixture)
    {
        Skip.IfNot(fixture.Driver.Missing is null, fixture.Driver.Missing);
        this.fixture = fixture;
    }

    private HttpClient Http => fixture.Sidecar.Http;

    private DaprClient Client => fixture.Sidecar.Client;

    private Protos.Dapr.DaprClient Grpc => fixture.Sidecar.Grpc;

    [SkippableTheory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task A_saved_value_is_returned_with_an_ETag(string method)
    {
        await Http.SendAsync(method, Store, Item("""{"total":5}""")).SucceedsAsync();
        using var answer = await Http.GetAsync($"{Store}/{key}");
        Assert.Equal(
            (200, "application/json", """{"total":5}"""),
            ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), Compact(await answer.TextAsync()))
        );
        Assert.NotEmpty(answer.Headers.GetValues("ETag").Single());
    }

    [SkippableFact]
    public async Task A_missing_key_is_204_without_ETag_and_over_gRPC_empty()
    {
        using var answer = await Http.GetAsync($"{Store}/{key}");
        Assert.Equal((204, "", false), ((int)answer.StatusCode, await answer.TextAsync(), answer.Headers.Contains("ETag")));
        var reply = await Grpc.GetStateAsync(new() { StoreName = "store", Key = key });
        Assert.Equal((0, ""), (reply.Data.Length, reply.Etag));
    }

    [SkippableTheory]
    [InlineData("{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}")]
    [InlineData("\"<&>\"", "\"\\u003c\\u0026\\u003e\"")]
    [InlineData("12345678901234567890", "12345678901234567000")]
    [InlineData("1.50", "1.5")]
    [InlineData("1e21", "1e+21")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("[ 1, null, true ]", "[1,null,true]")]
    [InlineData("null", "null")]
    public async Task Values_are_stored_as_Go_encodes_them(string given, string stored)
    {
        Skip.IfNot(fixture.Driver.KeepsJson, "the store writes JSON its own way");
        await SaveAsync(given);
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, stored);
    }

    [SkippableTheory]
    [InlineData("", "EOF")]
    [InlineData("{}", "json: cannot unmarshal object into Go value of type []state.SetRequest")]
    [InlineData("foobar", "invalid character 'o' in literal false (expecting 'a')")]
    [InlineData("[{}]", "\"key\" is a required field")]
    [InlineData("[{\"key\": \"k\", \"value\": \"v\"},]", "invalid character ']' looking for beginning of value")]
    [InlineData("[{\"key\": \"k\", \"etag\": 123}]", "json: cannot unmarshal number into Go struct field SetRequest.etag of type string")]
    [InlineData("[{\"key\": \"k\"", "unexpected EOF")]
    [InlineData(
        """[{"key":"k","value":1,"options":"first-write"}]""",
        "json: cannot unmarshal string into Go struct field SetRequest.options of type state.SetStateOption"
    )]
    [InlineData(
        """[{"key":"k","value":1,"options":{"concurrency":5}}]""",
        "json: cannot unmarshal number into Go struct field SetStateOption.options.Concurrency of type string"
    )]
    [InlineData(
        "[{\"key\": \"ke||y\", \"value\": 1}]",
        "api error: code = InvalidArgument desc = input key/keyPrefix 'ke||y' can't contain '||'"
    )]
    public Task A_malformed_save_is_refused(string body, string message) =>
        Http.SendAsync("POST", Store, body).FailsAsync(400, "ERR_MALFORMED_REQUEST", message);

    [SkippableFact]
    public async Task An_operation_without_request_does_nothing_unless_it_is_unknown()
    {
        await Grpc.ExecuteStateTransactionAsync(Transaction("upsert"));
        await Grpc.ExecuteStateTransactionAsync(Transaction("delete"));
        await Grpc.ExecuteStateTransactionAsync(Transaction("nothing"))
            .FailsAsync(StatusCode.Unimplemented, "operation type nothing not supported");

        static Protos.ExecuteStateTransactionRequest Transaction(string operation) =>
            new() { StoreName = "store", Operations = { new Protos.TransactionalStateOperation { OperationType = operation } } };
    }

    [SkippableTheory]
    [InlineData("", "null", 204, "")]
    [InlineData("/transaction", "null", 204, "")]
    [InlineData("/transaction", "{}", 204, "")]
    [InlineData("/bulk", "null", 200, "[]\n")]
    [InlineData("/bulk", "{}", 200, "[]\n")]
    public Task A_body_that_asks_for_nothing_succeeds(string path, string body, int status, string answer) =>
        Http.SendAsync("POST", Store + path, body).SucceedsAsync(status, answer);

    [SkippableTheory]
    [InlineData(
        "/bulk",
        """{"keys":["x"],"parallelism":"a"}""",
        "json: cannot unmarshal string into Go struct field BulkGetRequest.parallelism of type int"
    )]
    [InlineData(
        "/bulk",
        """{"keys":["x"],"parallelism":1.5}""",
        "json: cannot unmarshal number 1.5 into Go struct field BulkGetRequest.parallelism of type int"
    )]
    [InlineData(
        "/bulk",
        """{"keys":["x"],"metadata":5}""",
        "json: cannot unmarshal number into Go struct field BulkGetRequest.metadata of type map[string]string"
    )]
    [InlineData(
        "/transaction",
        """{"operations":[5]}""",
        "json: cannot unmarshal number into Go struct field stateTransactionRequestBody.operations of type "
            + "http.stateTransactionRequestBodyOperation"
    )]
    [InlineData("/transaction", """{"operations":[{"operation":"upsert","request":[]}]}""", "'' expected a map, got 'slice'")]
    [InlineData(
        "/transaction",
        """{"operations":[{"operation":"upsert","request":{"key":"k","metadata":{"ttlInSeconds":5}}}]}""",
        "1 error(s) decoding:\n\n* 'Metadata[ttlInSeconds]' expected type 'string', got unconvertible type 'float64', value: '5'"
    )]
    [InlineData(
        "/transaction",
        """{"operations":[{"operation":"delete","request":{"key":true,"options":{"concurrency":[1]}}}]}""",
        "2 error(s) decoding:\n\n* 'Key' expected type 'string', got unconvertible type 'bool', value: 'true'\n"
            + "* 'Options.Concurrency' expected type 'string', got unconvertible type '[]interface {}', value: '[1]'"
    )]
    [InlineData(
        "/transaction",
        """{"operations":[{"operation":"upsert","request":{"key":5,"value":1}}]}""",
        "1 error(s) decoding:\n\n* 'Key' expected type 'string', got unconvertible type 'float64', value: '5'"
    )]
    public Task A_malformed_request_for_several_keys_is_refused(string path, string body, string message) =>
        Http.SendAsync("POST", Store + path, body).FailsAsync(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + message);

    [SkippableFact]
    public async Task Values_read_together_keep_letters_and_escape_markup()
    {
        await SaveAsync("\"ü\"");
        using var answer = await Http.SendAsync("POST", Store + "/bulk", $$"""{"keys":["{{key}}"]}""");
        Assert.Contains("\"data\":\"ü\"", await answer.TextAsync(), StringComparison.Ordinal);
        Assert.NotNull(answer.Content.Headers.ContentLength);
        await SaveAsync("\"<&>\"");
        using var markup = await Http.SendAsync("POST", Store + "/bulk", $$"""{"keys":["{{key}}"]}""");
        Assert.Contains("\"data\":\"\\u003c\\u0026\\u003e\"", await markup.TextAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public Task Saving_an_empty_list_succeeds() => Http.SendAsync("POST", Store, "[]").SucceedsAsync();

    private static string Violations(JsonElement error) => error.GetProperty("details")[0].GetProperty("field_violations").GetRawText();

    [SkippableFact]
    public async Task An_illegal_key_is_refused_with_details_on_both_transports()
    {
        var error = await Http.SendAsync("POST", Store, """[{"key":"a||b","value":1}]""").FailsAsync(400, "ERR_MALFORMED_REQUEST");
        Assert.Equal(("DAPR_STATE_ILLEGAL_KEY", 3), (error.Reason(), error.GetProperty("details").GetArrayLength()));
        const string field = "api error: code = InvalidArgument desc = input key/keyPrefix 'a||b' can't contain '||'";
        Assert.Equal($$"""[{"field":"a||b","description":"{{field}}"}]""", Violations(error));
        error = await Http.SendAsync("POST", Store + "/transaction", """{"operations":[{"operation":"delete","request":{"key":"a||b"}}]}""")
            .FailsAsync(400, "ERR_MALFORMED_REQUEST", field);
        Assert.Equal($$"""[{"description":"{{field}}"}]""", Violations(error));
        var failure = await Grpc.GetStateAsync(new() { StoreName = "store", Key = "a||b" })
            .FailsAsync(StatusCode.InvalidArgument, "input key/keyPrefix 'a||b' can't contain '||'");
        Assert.Equal(
            ("DAPR_STATE_ILLEGAL_KEY", "a||b", "store"),
            (failure.Reason(), failure.Detail<BadRequest>()?.FieldViolations[0].Field, failure.Detail<ResourceInfo>()?.ResourceName)
        );
    }

    [SkippableTheory]
    [InlineData("nope")]
    [InlineData("others")]
    public async Task An_unknown_or_out_of_scope_store_is_not_found(string store)
    {
        var error = await Http.GetAsync($"/v1.0/state/{store}/k")
            .FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found");
        Assert.Equal("DAPR_STATE_NOT_FOUND", error.Reason());
        await Http.SendAsync("POST", $"/v1.0/state/{store}", "not even json").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");
        await Http.SendAsync("POST", $"/v1.0/state/{store}/transaction", "{}").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");
        var failure = await Grpc.GetStateAsync(new() { StoreName = store, Key = "k" })
            .FailsAsync(StatusCode.InvalidArgument, $"state store {store} is not found");
        Assert.Equal(("DAPR_STATE_NOT_FOUND", 0), (failure.Reason(), failure.Detail<ErrorInfo>()?.Metadata.Count));
    }

    [SkippableFact]
    public async Task The_SDK_writes_reads_and_deletes()
    {
        await Client.SaveStateAsync("store", key, new { Total = 7 });
        Assert.Equal(7, (await Client.GetStateAsync<JsonElement>("store", key)).GetProperty("total").GetInt32());
        await Client.DeleteStateAsync("store", key);
        Assert.Null(await Client.GetStateAsync<string>("store", key));
    }

    [SkippableFact]
    public async Task Bytes_saved_over_gRPC_are_returned_unchanged()
    {
        byte[] bytes = [0, 255, 1, 2];
        await Client.SaveByteStateAsync("store", key, bytes);
        Assert.Equal(bytes, (await Client.GetByteStateAsync("store", key)).ToArray());
    }

    [SkippableTheory]
    [InlineData("stale")]
    [InlineData("7")]
    public async Task A_stale_or_unparsable_ETag_conflicts_on_save_and_delete(string etag)
    {
        var (saved, deleted) = etag == "7" && fixture.Driver.UnreadableETag.Save != 409 ? (409, 409) : fixture.Driver.UnreadableETag;
        await SaveAsync("1");
        var save = await Http.SendAsync("POST", Store, Item("2", $", \"etag\": \"{etag}\"")).FailsAsync(saved, "ERR_STATE_SAVE");
        Assert.StartsWith(
            $"failed saving state in state store store: {(saved == 409 ? "possible etag mismatch. error from state store" : "invalid etag value")}",
            save.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        await Http.SendAsync("DELETE", $"{Store}/{key}", null, null, ("If-Match", etag)).FailsAsync(deleted, "ERR_STATE_DELETE");
        var request = new Protos.SaveStateRequest
        {
            StoreName = "store",
            States =
            {
                new Protos.StateItem
                {
                    Key = key,
                    Value = ByteString.CopyFromUtf8("2"),
                    Etag = new() { Value = etag },
                },
            },
        };
        Assert.Equal(
            "ERR_STATE_SAVE",
            (await Grpc.SaveStateAsync(request).FailsAsync(saved == 409 ? StatusCode.Aborted : StatusCode.InvalidArgument)).Reason()
        );
        await Grpc.DeleteStateAsync(
                new()
                {
                    StoreName = "store",
                    Key = key,
                    Etag = new() { Value = etag },
                }
            )
            .FailsAsync(deleted == 409 ? StatusCode.Aborted : StatusCode.InvalidArgument);
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "1");
    }

    [SkippableFact]
    public async Task A_write_with_the_current_ETag_succeeds_once_and_changes_it()
    {
        await SaveAsync("1");
        var (_, etag) = await Client.GetStateAndETagAsync<int>("store", key);
        Assert.True(await Client.TrySaveStateAsync("store", key, 2, etag));
        Assert.False(await Client.TrySaveStateAsync("store", key, 3, etag));
        var (value, changed) = await Client.GetStateAndETagAsync<int>("store", key);
        Assert.Equal(2, value);
        Assert.NotEqual(etag, changed);
        Assert.False(await Client.TryDeleteStateAsync("store", key, etag));
        Assert.True(await Client.TryDeleteStateAsync("store", key, changed));
    }

    [SkippableFact]
    public async Task An_ETag_for_a_key_that_does_not_exist_conflicts_except_on_Redis()
    {
        var etag = fixture.Driver.UnreadableETag.Save == 409 ? Guid.NewGuid().ToString() : "1";
        var call = Http.SendAsync("POST", Store, Item("1", $", \"etag\": \"{etag}\""));
        await (fixture.Driver.ETagNeedsKey ? call.FailsAsync(409, "ERR_STATE_SAVE") : call.SucceedsAsync());
    }

    [SkippableFact]
    public async Task With_first_write_only_the_first_writer_succeeds()
    {
        const string first = """, "options": {"concurrency": "first-write"}""";
        await Http.SendAsync("POST", Store, Item("1", first)).SucceedsAsync();
        await Http.SendAsync("POST", Store, Item("2", first)).FailsAsync(fixture.Driver.SecondFirstWrite, "ERR_STATE_SAVE");
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "1");
    }

    [SkippableFact]
    public async Task A_first_write_with_ETag_0_conflicts_if_the_key_exists()
    {
        var item = Item("1", """, "etag": "0", "options": {"concurrency": "first-write"}""");
        await (
            fixture.Driver.ETagNeedsKey
                ? Http.SendAsync("POST", Store, item).FailsAsync(409, "ERR_STATE_SAVE")
                : Http.SendAsync("POST", Store, item).SucceedsAsync()
        );
        await Http.SendAsync("POST", Store, item).FailsAsync(409, "ERR_STATE_SAVE");
    }

    [SkippableFact]
    public Task A_time_to_live_that_is_no_number_fails_the_save() =>
        Http.SendAsync("POST", Store, Item("1", """, "metadata": {"ttlInSeconds": "soon"}""")).FailsAsync(500, "ERR_STATE_SAVE");

    [SkippableTheory]
    [InlineData("0")]
    [InlineData("-1")]
    public async Task A_time_to_live_of_zero_or_less_removes_the_expiry(string ttl)
    {
        await Http.SendAsync("POST", Store, Item("1", """, "metadata": {"ttlInSeconds": "100"}""")).SucceedsAsync();
        await Http.SendAsync("POST", Store, Item("1", $", \"metadata\": {{\"ttlInSeconds\": \"{ttl}\"}}")).SucceedsAsync();
        using var answer = await Http.GetAsync($"{Store}/{key}");
        Assert.False(answer.Headers.Contains("metadata.ttlExpireTime"));
    }

    [SkippableTheory]
    [InlineData("", """, "metadata": {"ttlInSeconds": "100"}""")]
    [InlineData("?metadata.ttlInSeconds=100", "")]
    public async Task A_value_with_a_time_to_live_is_returned_with_its_expiry(string query, string metadata)
    {
        if (!fixture.Driver.TellsExpiry)
        {
            return;
        }
        await Http.SendAsync("POST", Store + query, Item("1", metadata)).SucceedsAsync();
        using var answer = await Http.GetAsync($"{Store}/{key}");
        var expires = DateTimeOffset.Parse(
            answer.Headers.GetValues("metadata.ttlExpireTime").Single(),
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.InRange(expires, TimeProvider.System.GetUtcNow().AddSeconds(60), TimeProvider.System.GetUtcNow().AddSeconds(110));
        Assert.True((await Grpc.GetStateAsync(new() { StoreName = "store", Key = key })).Metadata.ContainsKey("ttlExpireTime"));
    }

    [SkippableFact]
    public async Task An_expired_value_is_not_found()
    {
        await Http.SendAsync("POST", Store, Item("1", """, "metadata": {"ttlInSeconds": "1"}""")).SucceedsAsync();
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await Http.GetAsync($"{Store}/{key}");
                return (int)answer.StatusCode == 204;
            },
            "the value did not expire"
        );
    }

    [SkippableFact]
    public async Task Deleting_a_missing_key_succeeds()
    {
        await Http.DeleteAsync($"{Store}/{key}").SucceedsAsync();
        await Client.DeleteStateAsync("store", key);
    }

    [SkippableTheory]
    [InlineData("a%2Fb")]
    [InlineData("a%252Fb")]
    [InlineData("with%20space")]
    [InlineData("%C3%A4%C3%B6")]
    [InlineData("100%25")]
    public async Task Escaped_characters_belong_to_the_key(string escaped)
    {
        var plain = Uri.UnescapeDataString(escaped) + key;
        await Client.SaveStateAsync("store", plain, 1);
        await Http.GetAsync($"{Store}/{escaped}{key}").SucceedsAsync(200, "1");
        await Http.GetAsync($"{Store}//{escaped}{key}/").SucceedsAsync(200, "1");
    }

    [SkippableFact]
    public async Task A_plus_in_a_path_is_a_space()
    {
        await Client.SaveStateAsync("store", $"a b{key}", 1);
        await Http.GetAsync($"{Store}/a+b{key}").SucceedsAsync(200, "1");
    }

    private async Task ADeleteUnderAStaleETagFailsAsync()
    {
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync();
        var stale = new Protos.DeleteBulkStateRequest
        {
            StoreName = "store",
            States =
            {
                new Protos.StateItem
                {
                    Key = key,
                    Etag = new() { Value = "stale" },
                },
            },
        };
        var code = fixture.Driver.UnreadableETag.Delete == 409 ? StatusCode.Aborted : StatusCode.InvalidArgument;
        Assert.Equal("ERR_STATE_BULK_DELETE", (await Grpc.DeleteBulkStateAsync(stale).FailsAsync(code)).Reason());
    }

    [SkippableFact]
    public async Task An_empty_key_over_gRPC_is_refused() =>
        Assert.Equal(
            "ERR_STATE_SAVE",
            (
                await Grpc.SaveStateAsync(new() { StoreName = "store", States = { new Protos.StateItem() } })
                    .FailsAsync(StatusCode.InvalidArgument, "state key cannot be empty")
            ).Reason()
        );

    [SkippableFact]
    public async Task A_query_is_not_supported()
    {
        var error = await Http.SendAsync("POST", "/v1.0-alpha1/state/store/query", "{}")
            .FailsAsync(500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying");
        Assert.Equal("DAPR_STATE_QUERYING_NOT_SUPPORTED", error.Reason());
        await Grpc.QueryStateAlpha1Async(new() { StoreName = "store", Query = "{}" })
            .FailsAsync(StatusCode.Internal, "state store does not support querying");
    }

    /// <summary>Without the blanks that a store which takes JSON apart puts in.</summary>
    private static string Compact(string json) => json.Replace(" ", "", StringComparison.Ordinal);

    private Task SaveAsync(string value) => Http.SendAsync("POST", Store, Item(value)).SucceedsAsync();

    private Task<HttpResponseMessage> TransactAsync(string body) => Http.SendAsync("POST", Store + "/transaction", body);

    private string Item(string value, string rest = "") => $$"""[{"key":"{{key}}","value":{{value}}{{rest}}}]""";
}
