using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orders.DeadLetters;
using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.State;
using ServiceFakes;

namespace Orders.Tests.DeadLetters;

public sealed class DeadLetterServiceTests
{
    private readonly MemoryState state = new MemoryState().Knows<Generation>().Knows<ListRoot>();
    private readonly DeadLetterStore store;
    private readonly DeadLetterService letters;

    public DeadLetterServiceTests()
    {
        var records = new UnreadableRecords(NullLogger<UnreadableRecords>.Instance);
        var views = new ViewState(state.Client);
        var projection = new OrderProjection(state.Client, views, new OrderCatalogue(state.Client), records);
        store = new DeadLetterStore(views, records);
        letters = new DeadLetterService(
            store,
            new OrderPages(views, projection, records),
            state.Client,
            TimeProvider.System,
            NullLogger<DeadLetterService>.Instance
        );
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("""{"eventId":7}""")]
    [InlineData("""{"eventId":"e1","reason":"why","attempts":"many","occurredAt":"2026-01-02T03:04:05Z"}""")]
    public async Task A_malformed_reason_is_delivered_once(string data) =>
        Assert.Equal(
            Delivery.Done,
            await letters.TakeAsync("inventory", Parse($$"""{"id":"1","type":"delivery.failed","data":{{data}}}"""), default)
        );

    [Fact]
    public async Task A_dead_letter_without_a_topic_can_not_be_replayed()
    {
        Keep("inventory.1", topic: "");

        var replayed = await letters.ReplayAsync("inventory.1", null, "op-1", default);

        Assert.Equal("dead-letter-without-topic", replayed.Refusal?.Code);
    }

    [Fact]
    public async Task A_dead_letter_that_can_not_be_read_is_left_out_of_many()
    {
        Keep("inventory.1", topic: "orders");
        state.Put("orders-views", "dead-letter-inventory.2", """{"id":"inventory.2","state":"lost"}""");

        Assert.Equal("inventory.1", Assert.Single(await store.FindAsync(["inventory.2", "inventory.1"], default)).Id);
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private void Keep(string id, string topic)
    {
        var letter = new DeadLetter(
            id,
            "inventory",
            "order.created",
            topic,
            null,
            DateTimeOffset.UnixEpoch,
            1,
            DeadLetterState.Open,
            0,
            Parse("{}")
        );
        state.Put("orders-views", $"dead-letter-{id}", JsonSerializer.Serialize(letter, ServiceDefaults.Json.Options));
    }
}
