using ServiceDefaults.Aggregates;
using ServiceDefaults.State;
using ServiceFakes;

namespace Payments.Tests;

/// <summary>The state in memory refuses what a SQL store refuses, so that no test passes with a write that would be lost.</summary>
public sealed class MemoryStateTests
{
    private const string Kept = """{"n":1}""";

    private readonly MemoryState state = new();
    private readonly RecordStore records;

    public MemoryStateTests()
    {
        records = new RecordStore(state.Client, "store");
        state.Put("store", "a", Kept);
    }

    [Fact]
    public async Task A_transaction_refuses_the_guarded_creation_of_a_record_that_exists()
    {
        var written = await records.TransactAsync([new RecordChange("b", new { n = 2 }, null), new("a", new { n = 2 }, null)], default);

        Assert.Equal(WriteResult.Stale, written);
        Assert.Equal((Kept, null), (state.JsonOf("store", "a"), state.JsonOf("store", "b")));
    }

    [Fact]
    public async Task A_transaction_with_an_outbox_refuses_the_guarded_creation_of_a_record_that_exists()
    {
        var creation = OutboxOperations.Of("a", "{}"u8.ToArray(), new OutgoingEvent("made", "a", new { }), null, RecordStore.FirstWrite);

        Assert.Equal(WriteResult.Stale, await records.TransactAsync("store", creation, default));
        Assert.Equal(Kept, state.JsonOf("store", "a"));
        Assert.Empty(state.Published);
    }

    [Fact]
    public async Task A_transaction_overwrites_a_record_without_a_guard()
    {
        var written = await records.TransactAsync([new RecordChange("a", new { n = 2 }, null) { IsGuarded = false }], default);

        Assert.Equal((WriteResult.Written, """{"n":2}"""), (written, state.JsonOf("store", "a")));
    }
}
