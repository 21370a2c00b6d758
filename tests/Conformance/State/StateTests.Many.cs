using System.Text;
using Conformance.Running;
using Dapr.Client;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.State;

/// <summary>Many keys in one request, and transactions.</summary>
public abstract partial class StateTests<TDriver>
{
    [SkippableFact]
    public async Task A_bulk_get_returns_every_key_and_no_value_for_missing_ones()
    {
        await SaveAsync("""{"n":1}""");
        using var answer = await Http.SendAsync("POST", Store + "/bulk", $$"""{"keys":["{{key}}","missing"]}""");
        var items = (await answer.JsonAsync()).EnumerateArray().ToDictionary(item => item.GetProperty("key").GetString()!);
        Assert.Equal(1, items[key].GetProperty("data").GetProperty("n").GetInt32());
        Assert.True(items[key].TryGetProperty("etag", out _));
        Assert.Equal(["key"], items["missing"].EnumerateObject().Select(member => member.Name));
        var bulk = await Client.GetBulkStateAsync("store", [key, "missing"], parallelism: 2);
        Assert.Equal(["", """{"n":1}"""], bulk.Select(item => Compact(item.Value ?? "")).Order(StringComparer.Ordinal));
    }

    [SkippableTheory]
    [InlineData("""{"keys":[]}""")]
    [InlineData("{}")]
    public async Task A_bulk_get_of_nothing_is_an_empty_list(string body)
    {
        using var answer = await Http.SendAsync("POST", Store + "/bulk", body);
        Assert.Equal(("[]", 200), ((await answer.TextAsync()).Trim(), (int)answer.StatusCode));
    }

    [SkippableTheory]
    [InlineData("", "failed deserializing HTTP body: EOF")]
    [InlineData("[]", "failed deserializing HTTP body: json: cannot unmarshal array into Go value of type http.BulkGetRequest")]
    public Task A_malformed_bulk_get_is_refused(string body, string message) =>
        Http.SendAsync("POST", Store + "/bulk", body).FailsAsync(400, "ERR_MALFORMED_REQUEST", message);

    [SkippableFact]
    public async Task In_a_bulk_save_one_stale_ETag_fails_that_item_alone()
    {
        await SaveAsync("1");
        var stale = fixture.Driver.UnreadableETag.Save == 409 ? Guid.NewGuid().ToString() : "7";
        await Http.SendAsync("POST", Store, $$"""[{"key":"{{key}}","value":2,"etag":"{{stale}}"},{"key":"{{key}}-b","value":3}]""")
            .FailsAsync(409, "ERR_STATE_SAVE");
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "1");
        await Http.GetAsync($"{Store}/{key}-b").SucceedsAsync(200, "3");
    }

    [SkippableTheory]
    [InlineData(""" "metadata": {"ttlInSeconds": "soon"} """)]
    [InlineData(""" "options": {"concurrency": "sometimes"} """)]
    public async Task In_a_bulk_save_an_invalid_item_fails_alone(string mistake)
    {
        await Http.SendAsync("POST", Store, $$"""[{"key":"{{key}}","value":1},{"key":"{{key}}-b","value":2,{{mistake}}}]""")
            .FailsAsync(500, "ERR_STATE_SAVE");
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "1");
        await Http.GetAsync($"{Store}/{key}-b").SucceedsAsync();
    }

    [SkippableFact]
    public async Task A_value_without_bytes_has_no_data_in_a_bulk_get()
    {
        Skip.If(fixture.Driver is PostgresState, "state.postgresql of daprd does not store a value without bytes");
        await Client.SaveByteStateAsync("store", key, Array.Empty<byte>());
        using var answer = await Http.SendAsync("POST", Store + "/bulk", $$"""{"keys":["{{key}}"]}""");
        Assert.Equal(["key", "etag"], (await answer.JsonAsync())[0].EnumerateObject().Select(member => member.Name));
    }

    [SkippableFact]
    public async Task Bulk_delete_over_gRPC_removes_all()
    {
        await SaveAsync("1");
        await Client.DeleteBulkStateAsync("store", [new BulkDeleteStateItem(key, "")]);
        if (fixture.Driver.ETagNeedsKey)
        {
            await ADeleteUnderAStaleETagFailsAsync();
        }
    }

    [SkippableFact]
    public async Task A_transaction_applies_its_operations_in_order()
    {
        await SaveAsync("1");
        await TransactAsync(
                $$$"""{"operations":[{"operation":"upsert","request":{"key":"{{{key}}}-b","value":2}},{"operation":"upsert","request":{"key":"{{{key}}}","value":9}},{"operation":"delete","request":{"key":"{{{key}}}"}}]}"""
            )
            .SucceedsAsync();
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync();
        await Http.GetAsync($"{Store}/{key}-b").SucceedsAsync(200, "2");
        await Client.ExecuteStateTransactionAsync(
            "store",
            [new(key, Encoding.UTF8.GetBytes("5"), StateOperationType.Upsert), new($"{key}-b", null, StateOperationType.Delete)]
        );
        Assert.Equal(5, await Client.GetStateAsync<int>("store", key));
    }

    [SkippableTheory]
    [InlineData(""", "etag": "stale" """)]
    [InlineData(""", "options": {"concurrency": "first-write"} """)]
    public async Task A_refused_operation_rolls_back_the_transaction(string condition)
    {
        if (condition.Contains("first-write", StringComparison.Ordinal) && !fixture.Driver.FirstWriteInTransactions)
        {
            return;
        }
        condition = condition.Replace(
            "stale",
            fixture.Driver.UnreadableETag.Save == 409 ? Guid.NewGuid().ToString() : "7",
            StringComparison.Ordinal
        );
        await SaveAsync("1");
        await TransactAsync(
                $$$"""{"operations":[{"operation":"upsert","request":{"key":"{{{key}}}-b","value":2}},{"operation":"upsert","request":{"key":"{{{key}}}","value":9{{{condition}}}}}]}"""
            )
            .FailsAsync(500, "ERR_STATE_TRANSACTION");
        await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "1");
        await Http.GetAsync($"{Store}/{key}-b").SucceedsAsync();
    }

    [SkippableFact]
    public async Task Whether_an_ETag_sees_the_operations_before_it_depends_on_the_store()
    {
        await SaveAsync("1");
        var (_, etag) = await Client.GetStateAndETagAsync<int>("store", key);
        var call = TransactAsync(
            $$$"""{"operations":[{"operation":"upsert","request":{"key":"{{{key}}}","value":2}},{"operation":"upsert","request":{"key":"{{{key}}}","value":3,"etag":"{{{etag}}}"}}]}"""
        );
        await (fixture.Driver.ComparesWithinTransaction ? call.FailsAsync(500, "ERR_STATE_TRANSACTION") : call.SucceedsAsync());
    }

    [SkippableTheory]
    [InlineData("{}")]
    [InlineData("""{"operations":[]}""")]
    public Task An_empty_transaction_succeeds(string body) => TransactAsync(body).SucceedsAsync();

    [SkippableFact]
    public async Task An_unknown_operation_is_refused()
    {
        await TransactAsync("""{"operations":[{"operation":"increment","request":{"key":"k"}}]}""")
            .FailsAsync(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", "operation type increment not supported");
        await TransactAsync("""{"operations":[{"operation":"increment","request":5}]}""")
            .FailsAsync(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", "operation type increment not supported");
        var request = new Protos.ExecuteStateTransactionRequest
        {
            StoreName = "store",
            Operations =
            {
                new Protos.TransactionalStateOperation
                {
                    OperationType = "increment",
                    Request = new() { Key = key },
                },
            },
        };
        Assert.Equal(
            "ERR_NOT_SUPPORTED_STATE_OPERATION",
            (await Grpc.ExecuteStateTransactionAsync(request).FailsAsync(StatusCode.Unimplemented)).Reason()
        );
    }

    [SkippableFact]
    public Task A_malformed_transaction_is_refused() =>
        TransactAsync("[").FailsAsync(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF");
}
