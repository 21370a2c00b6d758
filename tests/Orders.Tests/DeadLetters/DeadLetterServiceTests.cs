using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Orders.DeadLetters;
using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.State;
using ServiceFakes;

namespace Orders.Tests.DeadLetters;

public sealed class DeadLetterServiceTests
{
    private readonly MemoryState state = new MemoryState().Knows<Generation>().Knows<ListRoot>().Knows<DeliveryFailure>();
    private readonly FakeTimeProvider time = new();
    private readonly List<string> published = [];
    private readonly DeadLetterStore store;
    private readonly DeadLetterService letters;
    private TimeSpan perReplay;

    public DeadLetterServiceTests()
    {
        var records = new UnreadableRecords(NullLogger<UnreadableRecords>.Instance);
        var views = new ViewState(state.Client);
        var projection = new OrderProjection(state.Client, views, new OrderCatalogue(state.Client, records), records);
        store = new DeadLetterStore(views, records);
        letters = new DeadLetterService(
            store,
            new OrderPages(views, projection, records),
            state.Client,
            time,
            NullLogger<DeadLetterService>.Instance
        );
        Mock.Get(state.Client)
            .Setup(dapr =>
                dapr.PublishByteEventAsync(
                    "events",
                    "orders",
                    It.IsAny<ReadOnlyMemory<byte>>(),
                    "application/cloudevents+json",
                    It.IsAny<Dictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Callback(
                (string _, string _, ReadOnlyMemory<byte> data, string _, Dictionary<string, string> _, CancellationToken _) =>
                {
                    time.Advance(perReplay);
                    published.Add(JsonDocument.Parse(data).RootElement.GetProperty("id").GetString()!);
                }
            )
            .Returns(Task.CompletedTask);
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

    [Fact]
    public async Task A_replay_of_many_letters_goes_on_page_by_page_from_the_oldest()
    {
        await ArriveAsync("e1", "e2", "e3", "e4", "e5");

        var first = await ReplayAsync(null, 2);
        Assert.Equal(["e1", "e2"], published);
        var second = await ReplayAsync(first.NextCursor, 2);
        var third = await ReplayAsync(second.NextCursor, 2);

        Assert.Equal((2, 2, 1), (first.Replayed, second.Replayed, third.Replayed));
        Assert.Null(third.NextCursor);
        Assert.Equal(["e1", "e2", "e3", "e4", "e5"], published);
        Assert.Equal(new ReplayedPage(0, null), await ReplayAsync(null, null));
    }

    [Fact]
    public async Task A_replay_is_over_although_letters_arrive_again_meanwhile()
    {
        await ArriveAsync("e1", "e2", "e3");

        var first = await ReplayAsync(null, 2);
        await ArriveAsync("e1", "e2");

        Assert.Equal(new ReplayedPage(1, null), await ReplayAsync(first.NextCursor, 2));
        Assert.Equal(2, (await letters.ListAsync(DeadLetterState.Open, null, null, default)).Value!.Items.Count);
    }

    [Fact]
    public async Task A_replay_passes_over_letters_that_can_not_be_replayed()
    {
        await letters.TakeAsync("inventory", Parse("""{"id":"e1","type":"order.created"}"""), default);
        await ArriveAsync("e2");

        var first = await ReplayAsync(null, 1);

        Assert.Equal(0, first.Replayed);
        Assert.Equal(new ReplayedPage(1, null), await ReplayAsync(first.NextCursor, 1));
    }

    [Fact]
    public async Task A_slow_replay_ends_its_page_early()
    {
        await ArriveAsync("e1", "e2", "e3");
        perReplay = TimeSpan.FromSeconds(3);

        var first = await ReplayAsync(null, null);

        Assert.Equal(2, first.Replayed);
        Assert.Equal(new ReplayedPage(1, null), await ReplayAsync(first.NextCursor, null));
    }

    [Theory]
    [InlineData(null, 0, "limit-invalid")]
    [InlineData(null, 101, "limit-invalid")]
    [InlineData("", null, "cursor-invalid")]
    [InlineData("nonsense", null, "cursor-invalid")]
    [InlineData("MTAwQGRlYWQtbGV0dGVycy1vcGVu", null, "cursor-invalid")]
    [InlineData("MTAwQGRlYWQtbGV0dGVycy1vcGVu.MTAwQGFsbA", null, "cursor-invalid")]
    public async Task A_replay_with_an_invalid_page_is_refused(string? cursor, int? limit, string code) =>
        Assert.Equal(code, (await letters.ReplayPageAsync(cursor, limit, null, "op-1", default)).Refusal?.Code);

    private async Task<ReplayedPage> ReplayAsync(string? cursor, int? limit) =>
        (await letters.ReplayPageAsync(cursor, limit, null, "op-1", default)).Value!;

    private async Task ArriveAsync(params string[] ids)
    {
        foreach (var id in ids)
        {
            var envelope = Parse($$"""{"id":"{{id}}","type":"order.created","topic":"orders"}""");
            Assert.Equal(Delivery.Done, await letters.TakeAsync("inventory", envelope, default));
        }
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
