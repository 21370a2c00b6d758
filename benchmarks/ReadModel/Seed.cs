using System.Net.Http.Json;

namespace ReadModel;

/// <summary>
/// Writes streams of confirmed orders, and the catalogue that names them, straight into the store, in their stored formats.
/// </summary>
internal sealed class Seed(OrdersAlone orders) : IDisposable
{
    private const int PerRecord = 256; // of the catalogue

    private readonly HttpClient http = orders.Client();
    private int count;

    public async Task GrowToAsync(int wanted)
    {
        for (var record = count / PerRecord; record * PerRecord < wanted; record++)
        {
            var numbers = Enumerable.Range(record * PerRecord, Math.Min(PerRecord, wanted - (record * PerRecord))).ToList();
            await SaveAsync([
                .. numbers.Where(number => number >= count).Select(number => new Entry($"order-{IdOf(number)}", StreamOf(number))),
            ]);
            await SaveAsync([new Entry($"catalogue-{record}", numbers.Select(IdOf).ToList()), new Entry("catalogue", record)]);
        }
        count = wanted;
    }

    public void Dispose() => http.Dispose();

    private async Task SaveAsync(IReadOnlyList<Entry> entries)
    {
        using var answer = await http.PostAsJsonAsync("/v1.0/state/orders-store", entries);
        answer.EnsureSuccessStatusCode();
    }

    private static string IdOf(int number) => $"seeded-{number:00000000}";

    private static object StreamOf(int number)
    {
        var at = DateTimeOffset.UnixEpoch.AddSeconds(number);
        object Stored(int version, object @event) =>
            new
            {
                eventId = $"{IdOf(number)}:{version}",
                version,
                occurredAt = at,
                @event = @event,
            };
        return new
        {
            version = 2,
            events = new[]
            {
                Stored(
                    1,
                    new
                    {
                        type = "order.created",
                        customerId = Reading.Customer,
                        items = new[]
                        {
                            new
                            {
                                productId = "product-1",
                                quantity = 2,
                                unitPrice = 500,
                            },
                        },
                        total = 1000,
                        currency = "EUR",
                        saga = "orchestration",
                    }
                ),
                Stored(
                    2,
                    new
                    {
                        type = "order.confirmed",
                        steps = new[] { "create-order", "reserve-inventory", "process-payment", "arrange-shipment" }.Select(name => new
                        {
                            name,
                            state = "done",
                            at,
                        }),
                    }
                ),
            },
        };
    }

    private sealed record Entry(string Key, object Value);
}
