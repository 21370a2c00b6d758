using Microsoft.Extensions.Time.Testing;
using Orders.Ordering;
using Orders.Streams;
using ServiceDefaults.Refusals;
using ServiceFakes;

namespace Orders.Tests.Ordering;

/// <summary>Streams that have grown long start anew from a snapshot, and lose nothing.</summary>
public sealed class LongStreamTests
{
    private const int Events = 100;

    private readonly MemoryState state = new MemoryState().Knows<OrderStream>().Knows<IReadOnlyList<StoredEvent>>();
    private readonly OrderStreams streams;

    public LongStreamTests() =>
        streams = new OrderStreams(
            state.Client,
            new OrderEndings(),
            new UnseenEvents(TimeProvider.System),
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
        );

    [Fact]
    public async Task A_long_stream_keeps_a_short_record_and_all_its_events()
    {
        await streams.CreateAsync(
            "o1",
            new OrderCreated("customer-1", [new OrderLine("product-1", 1, 500)], 500, "EUR", "orchestration", "Ada"),
            default
        );
        for (var version = 2; version <= Events; version++)
        {
            OrderEvent next = version % 2 == 0 ? new CancellationRequested("customer", $"wish {version}") : new CancellationRefused("gone");
            await streams.AppendAsync("o1", _ => next, default);
        }

        var stream = (await streams.FindAsync("o1", default))!;
        Assert.Equal((Events, 96), (stream.Version, stream.Snapshot!.Version));
        Assert.True(stream.Events.Count <= OrderArchive.Chunk);
        Assert.Equal($"wish {Events}", stream.Fold()!.Cancelling!.Reason);
        Assert.Equal(Enumerable.Range(1, Events), (await streams.EventsAsync("o1", default))!.Select(stored => stored.Version));
    }

    [Fact]
    public async Task The_key_of_archived_events_is_no_order_to_append_to()
    {
        await streams.CreateAsync(
            "o1",
            new OrderCreated("customer-1", [new OrderLine("product-1", 1, 500)], 500, "EUR", "orchestration", "Ada"),
            default
        );
        for (var appended = 0; appended < OrderArchive.Chunk; appended++)
        {
            await streams.AppendAsync("o1", _ => new CancellationRefused("gone"), default);
        }
        Assert.NotNull(state.JsonOf("orders-store", "order-o1-events-0"));

        var refused = await streams.AppendAsync("o1-events-0", _ => new CancellationRefused("gone"), default);

        Assert.Equal(RefusalKind.NotFound, refused.Refusal?.Kind);
    }

    [Fact]
    public async Task A_repeated_event_of_another_service_appends_nothing()
    {
        await streams.CreateAsync(
            "o1",
            new OrderCreated("customer-1", [new OrderLine("product-1", 1, 500)], 500, "EUR", "choreography", "Ada"),
            default
        );

        await streams.AppendAsync("o1", _ => new CancellationRefused("once"), default, "inventory-event-1");
        await streams.AppendAsync("o1", _ => new CancellationRefused("twice"), default, "inventory-event-1");

        Assert.Equal(2, (await streams.FindAsync("o1", default))!.Version);
    }

    [Fact]
    public void Payment_token_and_address_leave_the_stream_when_the_order_ends()
    {
        var brief = new OrderBrief("tok_ok", new Destination("Ada", "Main St 1", "Graz", "8010", "AT"));
        var stream = OrderStream.Empty with { Brief = brief };

        Assert.Same(brief, stream.Append(Stored(new PaymentRequested([]))).Brief);
        Assert.Null(stream.Append(Stored(new OrderConfirmed([]))).Brief);
        Assert.Null(stream.Append(Stored(new OrderCancelled("gone", []))).Brief);
    }

    private static StoredEvent Stored(OrderEvent @event) => new("o1:1", 1, default, @event);
}
