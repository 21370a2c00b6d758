using Conformance.Running;

namespace Conformance.State;

/// <summary>Concurrency and consistency of writes, which the stores treat differently.</summary>
public abstract partial class StateTests<TDriver>
{
    [SkippableTheory]
    [InlineData(""", "options": {"concurrency": "sometimes"}""", "unrecognized concurrency model 'sometimes'")]
    [InlineData(""", "options": {"consistency": "maybe"}""", "unrecognized consistency model 'maybe'")]
    public Task Unknown_options_fail_the_save(string options, string detail) =>
        Http.SendAsync("POST", Store, Item("1", options))
            .FailsAsync(500, "ERR_STATE_SAVE", $"failed saving state in state store store: {detail}");

    [SkippableTheory]
    [InlineData("upsert", true)]
    [InlineData("delete", true)]
    [InlineData("delete", false)]
    public async Task An_unknown_option_fails_the_operations_whose_options_the_store_checks(string operation, bool inTransaction)
    {
        var (call, error) = inTransaction
            ? (
                TransactAsync(
                    $$$$"""{"operations":[{"operation":"{{{{operation}}}}","request":{"key":"{{{{key}}}}","value":1,"options":{"concurrency":"sometimes"}}}]}"""
                ),
                "ERR_STATE_TRANSACTION"
            )
            : (Http.DeleteAsync($"{Store}/{key}?concurrency=sometimes"), "ERR_STATE_DELETE");
        await (fixture.Driver.ChecksOptions(operation, inTransaction) ? call.FailsAsync(500, error) : call.SucceedsAsync());
    }

    [SkippableTheory]
    [InlineData("abc")]
    [InlineData("99")]
    public async Task Last_write_ignores_the_ETag_on_Redis_only(string etag)
    {
        await SaveAsync("1");
        var call = Http.SendAsync("POST", Store, Item("2", $$""", "etag": "{{etag}}", "options": {"concurrency": "last-write"}"""));
        if (fixture.Driver.LastWriteIgnoresETag)
        {
            await call.SucceedsAsync();
            await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "2");
            await TransactAsync(
                    $$$$"""{"operations":[{"operation":"upsert","request":{"key":"{{{{key}}}}","value":3,"etag":"{{{{etag}}}}","options":{"concurrency":"last-write"}}}]}"""
                )
                .SucceedsAsync();
            await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "3");
        }
        else
        {
            await call.FailsAsync(etag == "abc" ? fixture.Driver.UnreadableETag.Save : 409, "ERR_STATE_SAVE");
        }
    }

    [SkippableFact]
    public async Task First_write_refuses_the_delete_of_a_key_in_the_in_memory_store_only()
    {
        await SaveAsync("1");
        const string reason = "possible etag mismatch. error from state store: item already exists and no etag was passed";
        const string transaction =
            """{"operations":[{"operation":"delete","request":{"key":"KEY","options":{"concurrency":"first-write"}}}]}""";
        var path = $"{Store}/{key}?concurrency=first-write";
        var body = transaction.Replace("KEY", key, StringComparison.Ordinal);
        if (fixture.Driver.FirstWriteRefusesDeletes)
        {
            await Http.DeleteAsync(path).FailsAsync(409, "ERR_STATE_DELETE", $"failed deleting state with key {key}: {reason}");
            await TransactAsync(body).FailsAsync(500, "ERR_STATE_TRANSACTION", $"error while executing state transaction: {reason}");
            await Http.GetAsync($"{Store}/{key}").SucceedsAsync(200, "1");
        }
        else
        {
            await Http.DeleteAsync(path).SucceedsAsync();
            await TransactAsync(body).SucceedsAsync();
        }
    }
}
