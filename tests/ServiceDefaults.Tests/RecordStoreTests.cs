using System.Text.Json;
using Dapr;
using Dapr.Client;
using Moq;
using Moq.Language.Flow;
using ServiceDefaults.State;

namespace ServiceDefaults.Tests;

public sealed class RecordStoreTests
{
    private readonly Mock<DaprClient> dapr = new(MockBehavior.Strict);
    private readonly RecordStore store;

    public RecordStoreTests() => store = new RecordStore(dapr.Object, "store");

    [Fact]
    public async Task Creating_an_existing_record_is_stale()
    {
        SavingFails();
        Stored("a", "1");

        Assert.Equal(WriteResult.Stale, await store.CreateAsync("a", "value", default));
    }

    [Fact]
    public async Task Creating_in_an_unavailable_store_throws()
    {
        SavingFails();
        Stored("a", "");

        await Assert.ThrowsAsync<DaprException>(() => store.CreateAsync("a", "value", default));
    }

    [Fact]
    public async Task A_transaction_that_fails_is_stale_if_a_guarded_record_has_another_etag()
    {
        TransactionFails();
        StoredMany(("a", "2"), ("b", "1"));

        Assert.Equal(WriteResult.Stale, await store.TransactAsync([new("a", 1, "1"), new("b", 1, "1")], default));
    }

    [Fact]
    public async Task A_transaction_that_fails_is_stale_if_a_missing_record_was_created()
    {
        TransactionFails();
        StoredMany(("a", "1"), ("b", "1"));

        Assert.Equal(WriteResult.Stale, await store.TransactAsync([new("a", 1, "1"), new("b", 1, null)], default));
    }

    [Fact]
    public async Task A_transaction_that_fails_throws_if_every_guarded_record_is_as_it_was_read()
    {
        TransactionFails();
        StoredMany(("a", "1"), ("b", "1"));

        await Assert.ThrowsAsync<DaprException>(() =>
            store.TransactAsync([new("a", 1, "1"), new("b", 1, "1"), new("page", 1, null) { IsGuarded = false }], default)
        );
    }

    /// <summary>The SDK leaves out the error of an item, so a record that could not be read looks like a missing one.</summary>
    [Fact]
    public async Task A_record_that_a_read_of_many_leaves_out_is_read_by_itself()
    {
        StoredMany(("a", "1"), ("b", ""));
        ReadingAlone("b").ReturnsAsync((JsonSerializer.SerializeToElement(new { n = 2 }), "2"));
        ReadingAlone("c").ReturnsAsync((default(JsonElement), ""));

        var found = await store.FindManyAsync(["a", "b", "c", "b"], default);

        Assert.Equal(3, found.Count);
        Assert.Equal(new StoredJson("1", "1"), found["a"]);
        Assert.Equal(new StoredJson("""{"n":2}""", "2"), found["b"]);
        Assert.Equal(StoredJson.Missing, found["c"]);
    }

    [Fact]
    public async Task A_record_that_can_not_be_read_does_not_count_as_missing()
    {
        StoredMany(("a", "1"), ("b", ""));
        ReadingAlone("b").ThrowsAsync(new DaprException("the store is away"));

        await Assert.ThrowsAsync<DaprException>(() => store.FindManyAsync(["a", "b"], default));
    }

    /// <summary>The client is strict: a second read would fail.</summary>
    [Fact]
    public async Task An_unchecked_read_of_many_reads_no_key_again()
    {
        StoredMany(("a", "1"), ("b", ""));

        var found = await store.FindManyUncheckedAsync(["a", "b", "c", "b"], default);

        Assert.Equal(3, found.Count);
        Assert.Equal(new StoredJson("1", "1"), found["a"]);
        Assert.Equal(StoredJson.Missing, found["b"]);
        Assert.Equal(StoredJson.Missing, found["c"]);
    }

    private ISetup<DaprClient, Task<(JsonElement value, string etag)>> ReadingAlone(string key) =>
        dapr.Setup(client =>
            client.GetStateAndETagAsync<JsonElement>(
                "store",
                key,
                ConsistencyMode.Strong,
                It.IsAny<IReadOnlyDictionary<string, string>>(),
                It.IsAny<CancellationToken>()
            )
        );

    private void SavingFails() =>
        dapr.Setup(client =>
                client.SaveStateAsync(
                    "store",
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    RecordStore.FirstWrite,
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new DaprException("failed"));

    private void TransactionFails() =>
        dapr.Setup(client =>
                client.ExecuteStateTransactionAsync(
                    "store",
                    It.IsAny<IReadOnlyList<StateTransactionRequest>>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new DaprException("failed"));

    private void Stored(string key, string etag) =>
        dapr.Setup(client =>
                client.GetStateAndETagAsync<string>(
                    "store",
                    key,
                    ConsistencyMode.Strong,
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync(("value", etag));

    private void StoredMany(params (string Key, string ETag)[] records) =>
        dapr.Setup(client =>
                client.GetBulkStateAsync(
                    "store",
                    It.IsAny<IReadOnlyList<string>>(),
                    It.IsAny<int?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync([.. records.Select(record => new BulkStateItem(record.Key, "1", record.ETag))]);
}
