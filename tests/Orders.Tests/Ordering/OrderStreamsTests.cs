using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orders.Approving;
using Orders.Ordering;
using Orders.Saga;
using Orders.Streams;
using Orders.Tests.Saga;
using ServiceDefaults;
using ServiceFakes;

namespace Orders.Tests.Ordering;

public sealed class OrderStreamsTests
{
    private static readonly OrderCreated Created = new("customer-1", [new OrderLine("product-1", 2, 500)], 1000, "EUR", "orchestration");

    private readonly MemoryState state = new MemoryState().Knows<OrderStream>();
    private readonly UnseenEvents unseen = new(TimeProvider.System);
    private readonly OrderStreams streams;

    public OrderStreamsTests() =>
        streams = new OrderStreams(
            state.Client,
            new OrderEndings(),
            unseen,
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
        );

    [Fact]
    public async Task An_append_stores_one_event_and_publishes_it()
    {
        await streams.CreateAsync("o1", Created, default);

        var published = Assert.Single(state.Published);
        Assert.Equal(("order.created", "o1"), (published.Type, published.Subject));
        Assert.Equal(
            """{"eventId":"o1:1","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","customerId":"customer-1","items":[{"productId":"product-1","quantity":2,"unitPrice":500}],"total":1000,"currency":"EUR","saga":"orchestration"}""",
            published.Json
        );
        Assert.Equal(1, (await streams.FindAsync("o1", default))!.Version);
    }

    [Fact]
    public async Task Creating_again_stores_and_publishes_nothing()
    {
        await streams.CreateAsync("o1", Created, default);
        var again = await streams.CreateAsync("o1", Created with { CustomerId = "customer-2" }, default);

        Assert.Equal("customer-1", again.Value!.CustomerId);
        Assert.Single(state.Published);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_decision_whose_answer_is_lost_is_stored_once_and_not_refused(bool approve)
    {
        await streams.CreateAsync("o1", Created, default);
        await streams.AppendAsync("o1", _ => new ApprovalRequested(999, DateTimeOffset.UnixEpoch, []), default);
        state.LosesNextAnswer = true;

        var decided = await streams.AppendAsync("o1", order => ApprovalRules.Decide(order, approve, "eve", "because"), default);

        Assert.Equal(new ApprovalVerdict(approve, "eve", "because"), decided.Value?.Verdict);
        Assert.Equal(3, (await streams.FindAsync("o1", default))!.Version);
    }

    [Fact]
    public async Task Placing_an_order_is_one_write_and_publishes_its_creation()
    {
        var stream = await streams.PlaceAsync(Placed("first"), default);

        Assert.Equal("first", stream.Value!.RequestHash);
        Assert.Equal("order.created", Assert.Single(state.Published).Type);
        Assert.Equal(1, (await streams.FindAsync("o1", default))!.Version);
    }

    [Fact]
    public async Task Of_two_requests_for_the_same_order_the_first_counts_also_on_a_store_that_ignores_first_write()
    {
        var both = await Task.WhenAll(streams.PlaceAsync(Placed("first"), default), streams.PlaceAsync(Placed("second"), default));

        var stored = (await streams.FindAsync("o1", default))!.RequestHash;
        Assert.All(both, one => Assert.Equal(stored, one.Value!.RequestHash));
        Assert.Single(state.Published);
    }

    [Fact]
    public async Task An_order_that_an_older_version_stored_without_its_first_event_is_completed()
    {
        await state.Client.SaveStateAsync("orders-store", "order-o1", OrderStream.Of(Placed("first")));

        var stream = await streams.PlaceAsync(Placed("first"), default);

        Assert.Equal("first", stream.Value!.RequestHash);
        Assert.Equal("order.created", Assert.Single(state.Published).Type);
    }

    [Fact]
    public async Task An_append_that_loses_a_race_decides_anew()
    {
        await streams.CreateAsync("o1", Created, default);
        var raced = false;
        var confirmed = await streams.AppendAsync(
            "o1",
            order =>
            {
                if (!raced)
                {
                    raced = true;
                    var faster = streams.AppendAsync("o1", read => OrderRules.Cancel(read, new Failure("first", "cancelled"), []), default);
                    Assert.True(faster.IsCompletedSuccessfully);
                }
                return OrderRules.Confirm(order, []);
            },
            default
        );

        Assert.Equal("order-not-pending", confirmed.Refusal!.Code);
        Assert.Equal(["order.created", "order.cancelled"], state.Published.Select(published => published.Type));
        Assert.Equal(2, unseen.Overdue(TimeSpan.Zero, 1)["o1"]); // the loser does not end the wait for the winner's event
    }

    /// <summary>A refusal would give up an order that another attempt confirms.</summary>
    [Fact]
    public async Task An_append_that_loses_every_race_is_busy_and_a_step_of_the_saga_fails_technically()
    {
        await streams.CreateAsync("o1", Created, default);

        var busy = await streams.AppendAsync(
            "o1",
            order =>
            {
                Assert.True(streams.PublishAgainAsync("o1", default).IsCompletedSuccessfully);
                return OrderRules.Confirm(order, []);
            },
            default
        );

        Assert.Equal(OrderStreams.Busy, busy.Refusal!.Code);
        Assert.Throws<InvalidOperationException>(() => StepReply.OfAppended(busy));
        Assert.Throws<InvalidOperationException>(() => StepReply.OfExisting(busy));
    }

    [Fact]
    public async Task Confirming_an_order_without_a_stream_is_refused_and_creates_none()
    {
        var confirmed = await streams.AppendAsync("o1", order => OrderRules.Confirm(order, []), default);

        Assert.Equal("order-not-found", confirmed.Refusal!.Code);
        Assert.Null(state.JsonOf("orders-store", "order-o1"));
    }

    [Theory]
    [InlineData("orchestration", "orders-store")]
    [InlineData("choreography", "orders-choreography")]
    public async Task Events_are_published_by_the_outbox_of_their_saga_kind(string saga, string component)
    {
        await streams.CreateAsync("o1", Created with { Saga = saga }, default);
        await streams.AppendAsync("o1", order => OrderRules.Confirm(order, []), default);

        Assert.Equal([component, component], state.Outboxes);
        Assert.Equal(2, (await streams.FindAsync("o1", default))!.Version);
    }

    [Fact]
    public async Task The_stored_record_is_found_again_by_its_pinned_key()
    {
        await streams.CreateAsync("o1", Created, default);

        var stored = JsonSerializer.Deserialize<OrderStream>(state.JsonOf("orders-store", "order-o1")!, Json.Options)!;
        Assert.Equal("customer-1", stored.Fold()!.CustomerId);
    }

    private static PlacedOrder Placed(string hash) => SagaRun.Input with { RequestHash = hash };
}
