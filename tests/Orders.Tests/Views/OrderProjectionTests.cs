using Dapr;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Orders.Ordering;
using Orders.Reactions;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.State;
using ServiceFakes;

namespace Orders.Tests.Views;

/// <summary>One record that a later or a broken version has written stops no other order.</summary>
public sealed class OrderProjectionTests
{
    private const string Views = "orders-views";
    private const string FromALaterVersion =
        """{"version":1,"events":[{"eventId":"1","version":1,"occurredAt":"2026-01-02T03:04:05Z","event":{"type":"order.teleported"}}]}""";

    private readonly MemoryState state = new MemoryState().Knows<OrderStream>().Knows<ListRoot>().Knows<List<string>>().Knows<Generation>();
    private readonly UnseenEvents unseen = new(TimeProvider.System);
    private readonly OrderStreams streams;
    private readonly OrderProjection projection;
    private readonly OrderPages pages;

    public OrderProjectionTests()
    {
        state.Knows<int>();
        var records = new UnreadableRecords(NullLogger<UnreadableRecords>.Instance);
        var views = new ViewState(state.Client);
        streams = new OrderStreams(state.Client, new OrderEndings(), unseen, TimeProvider.System);
        projection = new OrderProjection(state.Client, views, new OrderCatalogue(state.Client, records), records);
        pages = new OrderPages(views, projection, records);
    }

    [Fact]
    public async Task A_stream_that_can_not_be_read_stops_no_other_order()
    {
        await CreateAsync("o1", "ada");
        await CreateAsync("o3", "bob");
        state.Put("orders-store", OrderStreams.KeyOf("o2"), FromALaterVersion);

        var projected = await projection.ProjectAsync(["o1", "o2", "o3"], default);

        Assert.Equal(2, projected.Shown);
        Assert.Contains("order-o2", projected.Unreadable["o2"], StringComparison.Ordinal);
        Assert.Equal(["o3", "o1"], await ListAsync());
    }

    [Fact]
    public async Task An_order_that_can_not_be_read_is_listed_in_the_catalogue_once()
    {
        await CreateAsync("o1", "ada");
        state.Put("orders-store", OrderStreams.KeyOf("o2"), FromALaterVersion);

        await projection.ProjectAsync(["o1", "o2"], default);
        await projection.ProjectAsync(["o1", "o2"], default);

        Assert.Equal("""["o1","o2"]""", state.JsonOf("orders-store", "catalogue-0"));
    }

    [Fact]
    public async Task An_order_is_listed_behind_a_record_of_the_catalogue_that_can_not_be_read()
    {
        state.Put("orders-store", "catalogue", "\"last\"");
        state.Put("orders-store", "catalogue-0", """{"ids":["o0"]}""");
        await CreateAsync("o1", "ada");

        var projected = await projection.ProjectAsync(["o1"], default);

        Assert.Equal(1, projected.Shown);
        Assert.Equal("""{"ids":["o0"]}""", state.JsonOf("orders-store", "catalogue-0"));
        Assert.Equal("""["o1"]""", state.JsonOf("orders-store", "catalogue-1"));
        Assert.Equal("1", state.JsonOf("orders-store", "catalogue"));
    }

    [Fact]
    public async Task Orders_that_do_not_fit_into_one_message_are_projected_in_parts()
    {
        foreach (var orderId in (string[])["o1", "o2", "o3"])
        {
            await CreateAsync(orderId, "ada");
        }
        Mock.Get(state.Client)
            .Setup(dapr =>
                dapr.GetBulkStateAsync(
                    "orders-store",
                    It.Is<IReadOnlyList<string>>(keys => keys.Count > 1),
                    It.IsAny<int?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new DaprException("failed", new RpcException(new Status(StatusCode.ResourceExhausted, "too large"))));

        var projected = await projection.ProjectAsync(["o1", "o2", "o3"], default);

        Assert.Equal(3, projected.Shown);
        Assert.Equal(["o3", "o2", "o1"], await ListAsync());
    }

    /// <summary>A missing record would be read once more with each event.</summary>
    [Fact]
    public async Task The_generation_of_the_views_is_stored_with_the_first_order()
    {
        await CreateAsync("o1", "ada");

        await projection.ProjectAsync(["o1"], default);

        Assert.NotNull(state.JsonOf(Views, ViewKeys.Generation));
        Assert.Equal(Generation.First, await projection.GenerationAsync(default));
        Assert.Equal(["o1"], await ListAsync());
    }

    [Fact]
    public async Task A_list_that_can_not_be_read_stops_the_orders_of_its_customer_only()
    {
        await CreateAsync("o1", "ada");
        await CreateAsync("o2", "bob");
        state.Put(Views, ViewKeys.Root(0, ViewLists.Of("bob", null)), """{"next":"many","runs":[]}""");

        var projected = await projection.ProjectAsync(["o1", "o2"], default);

        Assert.Equal(1, projected.Shown);
        Assert.Equal("o2", Assert.Single(projected.Unreadable).Key);
        Assert.Equal(["o1"], await ListAsync());
    }

    [Fact]
    public async Task A_rebuild_keeps_the_view_of_an_order_that_can_not_be_read()
    {
        await CreateAsync("o1", "ada");
        await CreateAsync("o2", "bob");
        await projection.ProjectAsync(["o1", "o2"], default);
        state.Put("orders-store", OrderStreams.KeyOf("o2"), FromALaterVersion);

        await projection.RebuildAsync(1, ["o1", "o2"], default);

        state.Put(Views, ViewKeys.Generation, """{"current":1}""");
        Assert.Equal(["o2", "o1"], await ListAsync());
    }

    [Fact]
    public async Task A_page_leaves_out_an_order_whose_view_can_not_be_read()
    {
        await CreateAsync("o1", "ada");
        await CreateAsync("o2", "bob");
        await projection.ProjectAsync(["o1", "o2"], default);
        state.Put(Views, ViewKeys.View(0, "o2"), """{"view":7,"version":1,"places":{}}""");

        Assert.Equal(["o1"], await ListAsync());
    }

    [Fact]
    public async Task The_event_of_an_order_that_can_not_be_read_is_retried_alone()
    {
        await CreateAsync("o1", "ada");
        state.Put("orders-store", OrderStreams.KeyOf("o2"), FromALaterVersion);
        unseen.Expect("o2", 1);
        // the event of a creation is acted on by the views alone
        var handler = new OrderEventHandler(projection, null!, unseen, TimeProvider.System, NullLogger<OrderEventHandler>.Instance);

        var answers = await handler.HandleAsync([Created("o1"), Created("o2")], default);

        Assert.Equal([DeliveryKind.Done, DeliveryKind.Retry], answers.Select(answer => answer.Kind));
        Assert.Contains("order-o2", answers[1].Reason, StringComparison.Ordinal);
        Assert.Equal("o2", Assert.Single(unseen.Overdue(TimeSpan.Zero, 10)).Key);
    }

    private static IncomingEvent<OrderNotification> Created(string orderId) =>
        new($"{orderId}:1", "order.created", new OrderNotification($"{orderId}:1", orderId, 1));

    private Task CreateAsync(string orderId, string customerId) =>
        streams.CreateAsync(orderId, new OrderCreated(customerId, [new OrderLine("tea", 1, 500)], 500, "EUR", "orchestration"), default);

    private async Task<IEnumerable<string>> ListAsync() =>
        (await pages.ReadAsync(new PageRequest(ViewLists.All, null, null), default)).Value!.Items.Select(order => order.OrderId);
}
