using System.Net;
using System.Text;
using System.Text.Json;
using Dapr;
using Dapr.Actors.Client;
using Dapr.Client;
using Inventory.Expiry;
using Inventory.Serializing;
using Inventory.Stock;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using ServiceDefaults.State;
using ServiceFakes;

namespace Inventory.Tests;

public sealed class ExpiredReservationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly IOptions<ExpiryOptions> Expiry = Options.Create(new ExpiryOptions());

    private readonly Mock<DaprClient> dapr = new(MockBehavior.Strict);
    private readonly List<string> deleted = [];
    private OpenReservations open = OpenReservations.None;
    private int writes = 1;

    [Fact]
    public async Task A_turn_settles_one_page_of_overdue_reservations()
    {
        var time = new FakeTimeProvider(Now);
        var full = Add(2 * OpenReservations.PageSize + 1, Now - Expiry.Value.ExpireAfter);
        Serve(full);
        var expired = ExpiredOf(dapr.Object, new HttpClient(), time);

        Assert.Equal(Overdue.Settled, await expired.SettlePageAsync("tea", default));
        Assert.Equal((1, 2, 1), (open.First, open.Next, open.Newest.Count));
        Assert.Equal(Overdue.Settled, await expired.SettlePageAsync("tea", default));
        Assert.Equal(Overdue.Settled, await expired.SettlePageAsync("tea", default));
        Assert.Equal(["open-page-0-tea", "open-page-1-tea"], deleted);
        Assert.Equal(Overdue.NoneOpen, await expired.SettlePageAsync("tea", default));
        Add(1, Now);
        Assert.Equal(Overdue.NoneDue, await expired.SettlePageAsync("tea", default));
    }

    [Fact]
    public async Task A_reservation_that_can_not_be_read_stays_open_and_stops_no_other()
    {
        var state = new MemoryState().Knows<OpenReservations>();
        var since = Now - Expiry.Value.ExpireAfter;
        var due = OpenReservations.None with { Newest = [new("unreadable", since), new("order-unreadable", since), new("ended", since)] };
        state.Put(StockStore.Store, OpenReservations.KeyOf("tea"), JsonSerializer.Serialize(due, ServiceDefaults.Json.Options));
        state.Put(StockStore.Store, "reservation-unreadable", """{"orderId":"unreadable","status":"lent","lines":[],"version":1}""");
        state.Put(
            StockStore.Store,
            "reservation-order-unreadable",
            """{"orderId":"order-unreadable","status":"reserved","lines":[{"productId":"tea","quantity":1}],"version":1}"""
        );
        using var orders = new HttpClient(new RefusingOrders(HttpStatusCode.InternalServerError, "internal-error"))
        {
            BaseAddress = new Uri("http://orders"),
        };

        var found = await ExpiredOf(state.Client, orders, new FakeTimeProvider(Now)).SettlePageAsync("tea", default);

        Assert.Equal(Overdue.Settled, found);
        Assert.Equal([new OpenReservation("order-unreadable", Now), new OpenReservation("unreadable", Now)], OpenIn(state));
    }

    [Theory]
    [InlineData("""{"productId":"zest","price":"free"}""")]
    [InlineData(null)]
    public async Task A_reservation_whose_product_can_not_be_read_stays_open_and_stops_no_other(string? zest)
    {
        var state = TwoExpired();
        if (zest is not null)
        {
            state.Put(StockStore.Store, ProductStore.KeyOf("zest"), zest);
        }
        using var orders = new HttpClient(new RefusingOrders(HttpStatusCode.NotFound, "order-not-found"))
        {
            BaseAddress = new Uri("http://orders"),
        };

        var found = await ExpiredOf(state.Client, orders, new FakeTimeProvider(Now)).SettlePageAsync("tea", default);

        Assert.Equal(Overdue.Settled, found);
        Assert.Equal([new OpenReservation("of-tea-and-zest", Now)], OpenIn(state));
        var published = Assert.Single(state.Published);
        Assert.Equal(("inventory.released", "of-tea"), (published.Type, published.Subject));
        Assert.Equal(
            """{"productId":"tea","name":"Tea","price":500,"currency":"EUR","available":10,"reserved":1,"sold":0}""",
            state.JsonOf(StockStore.Store, ProductStore.KeyOf("tea"))
        );
    }

    [Fact]
    public async Task A_store_that_is_away_leaves_the_page_as_it_is()
    {
        var state = TwoExpired();
        var before = OpenIn(state);
        Mock.Get(state.Client)
            .Setup(client =>
                client.GetBulkStateAsync(
                    StockStore.Store,
                    It.Is<IReadOnlyList<string>>(keys => keys.Contains(ProductStore.KeyOf("zest"))),
                    It.IsAny<int?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new DaprException("the store is away"));
        using var orders = new HttpClient(new RefusingOrders(HttpStatusCode.NotFound, "order-not-found"))
        {
            BaseAddress = new Uri("http://orders"),
        };

        await Assert.ThrowsAsync<DaprException>(() =>
            ExpiredOf(state.Client, orders, new FakeTimeProvider(Now)).SettlePageAsync("tea", default)
        );

        Assert.Equal(before, OpenIn(state));
        Assert.Empty(state.Published);
    }

    /// <summary>Two overdue reservations of tea, one of them with zest, which has no record.</summary>
    private static MemoryState TwoExpired()
    {
        var state = new MemoryState().Knows<OpenReservations>().Knows<Reservation>();
        var since = Now - Expiry.Value.ExpireAfter;
        var due = OpenReservations.None with { Newest = [new("of-tea-and-zest", since), new("of-tea", since)] };
        state.Put(StockStore.Store, OpenReservations.KeyOf("tea"), JsonSerializer.Serialize(due, ServiceDefaults.Json.Options));
        state.Put(
            StockStore.Store,
            ProductStore.KeyOf("tea"),
            """{"productId":"tea","name":"Tea","price":500,"currency":"EUR","available":8,"reserved":3,"sold":0}"""
        );
        state.Put(
            StockStore.Store,
            "reservation-of-tea-and-zest",
            """{"orderId":"of-tea-and-zest","status":"reserved","lines":[{"productId":"tea","quantity":1},{"productId":"zest","quantity":1}],"version":1}"""
        );
        state.Put(
            StockStore.Store,
            "reservation-of-tea",
            """{"orderId":"of-tea","status":"reserved","lines":[{"productId":"tea","quantity":2}],"version":1}"""
        );
        return state;
    }

    private static IReadOnlyList<OpenReservation> OpenIn(MemoryState state) =>
        JsonSerializer
            .Deserialize<OpenReservations>(state.JsonOf(StockStore.Store, OpenReservations.KeyOf("tea"))!, ServiceDefaults.Json.Options)!
            .Newest;

    private static ExpiredReservations ExpiredOf(DaprClient dapr, HttpClient orders, TimeProvider time)
    {
        var stock = new StockStore(dapr, new UnreadableRecords(NullLogger<UnreadableRecords>.Instance), time);
        return new ExpiredReservations(
            new OpenReservationPages(dapr),
            stock,
            new StockSerializer(stock, Mock.Of<IActorProxyFactory>(MockBehavior.Strict), Expiry),
            new ReservationEvents(dapr, time),
            new OrdersClient(orders, time),
            Expiry,
            time
        );
    }

    /// <summary>Returns the full pages by key.</summary>
    private Dictionary<string, IReadOnlyList<OpenReservation>> Add(int count, DateTimeOffset since)
    {
        var pages = new Dictionary<string, IReadOnlyList<OpenReservation>>();
        for (var number = 0; number < count; number++)
        {
            var key = OpenReservations.PageKeyOf("tea", open.Next);
            (open, var page) = open.Add(new OpenReservation($"o{number}", since));
            if (page is not null)
            {
                pages[key] = page;
            }
        }
        return pages;
    }

    /// <summary>A store with these pages and without reservations: all of them have ended.</summary>
    private void Serve(Dictionary<string, IReadOnlyList<OpenReservation>> pages)
    {
        dapr.Setup(client =>
                client.GetStateAndETagAsync<OpenReservations>(
                    StockStore.Store,
                    OpenReservations.KeyOf("tea"),
                    ConsistencyMode.Strong,
                    null,
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync(() => (open, $"{writes}"));
        dapr.Setup(client =>
                client.GetStateAndETagAsync<IReadOnlyList<OpenReservation>>(
                    StockStore.Store,
                    It.IsIn(pages.Keys.AsEnumerable()),
                    ConsistencyMode.Strong,
                    null,
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync(
                (string _, string key, ConsistencyMode? _, IReadOnlyDictionary<string, string>? _, CancellationToken _) => (pages[key], "1")
            );
        dapr.Setup(client =>
                client.GetBulkStateAsync(StockStore.Store, It.IsAny<IReadOnlyList<string>>(), null, null, It.IsAny<CancellationToken>())
            )
            .ReturnsAsync([]);
        dapr.Setup(client =>
                client.GetStateAndETagAsync<JsonElement>(
                    StockStore.Store,
                    It.IsAny<string>(),
                    ConsistencyMode.Strong,
                    null,
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync((default(JsonElement), ""));
        dapr.Setup(client =>
                client.ExecuteStateTransactionAsync(
                    StockStore.Store,
                    It.IsAny<IReadOnlyList<StateTransactionRequest>>(),
                    null,
                    It.IsAny<CancellationToken>()
                )
            )
            .Callback(
                (
                    string _,
                    IReadOnlyList<StateTransactionRequest> operations,
                    IReadOnlyDictionary<string, string>? _,
                    CancellationToken _
                ) =>
                {
                    writes++;
                    deleted.AddRange(operations.Where(one => one.OperationType == StateOperationType.Delete).Select(one => one.Key));
                    open = JsonSerializer.Deserialize<OpenReservations>(
                        operations.Single(one => one.OperationType == StateOperationType.Upsert).Value,
                        ServiceDefaults.Json.Options
                    )!;
                }
            )
            .Returns(Task.CompletedTask);
    }

    private sealed class RefusingOrders(HttpStatusCode status, string code) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(
                new HttpResponseMessage(status)
                {
                    Content = new StringContent($$"""{"code":"{{code}}"}""", Encoding.UTF8, "application/problem+json"),
                }
            );
    }
}
