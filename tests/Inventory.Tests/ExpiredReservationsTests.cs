using Dapr.Actors.Client;
using Dapr.Client;
using Inventory.Expiry;
using Inventory.Serializing;
using Inventory.Stock;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

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
        var stock = new StockStore(dapr.Object, time);
        var expired = new ExpiredReservations(
            new OpenReservationPages(dapr.Object),
            stock,
            new StockSerializer(stock, Mock.Of<IActorProxyFactory>(MockBehavior.Strict), Expiry),
            new ReservationEvents(dapr.Object, time),
            new OrdersClient(new HttpClient()),
            Expiry,
            time
        );

        Assert.Equal(Overdue.Settled, await expired.SettlePageAsync("tea", default));
        Assert.Equal((1, 2, 1), (open.First, open.Next, open.Newest.Count));
        Assert.Equal(Overdue.Settled, await expired.SettlePageAsync("tea", default));
        Assert.Equal(Overdue.Settled, await expired.SettlePageAsync("tea", default));
        Assert.Equal(["open-page-0-tea", "open-page-1-tea"], deleted);
        Assert.Equal(Overdue.NoneOpen, await expired.SettlePageAsync("tea", default));
        Add(1, Now);
        Assert.Equal(Overdue.NoneDue, await expired.SettlePageAsync("tea", default));
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
                client.GetStateAndETagAsync<System.Text.Json.JsonElement>(
                    StockStore.Store,
                    It.IsAny<string>(),
                    ConsistencyMode.Strong,
                    null,
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync((default(System.Text.Json.JsonElement), ""));
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
                    open = System.Text.Json.JsonSerializer.Deserialize<OpenReservations>(
                        operations.Single(one => one.OperationType == StateOperationType.Upsert).Value,
                        ServiceDefaults.Json.Options
                    )!;
                }
            )
            .Returns(Task.CompletedTask);
    }
}
