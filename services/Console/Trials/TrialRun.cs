using System.Collections.Concurrent;
using Console.Edge;
using Console.Identity;
using Console.Live;

namespace Console.Trials;

/// <summary>
/// Places many orders and tracks each to its end. An event that arrives before the answer of its request is kept for the order.
/// </summary>
public sealed class TrialRun
{
    public const int MaxOrders = 200;

    private const int AtOnce = 16;

    private readonly ConcurrentDictionary<string, TrialOrder> orders = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<TrialOrder> placed = new();
    private readonly string name = Guid.NewGuid().ToString("N");
    private int refused;
    private bool placing;

    public IReadOnlyCollection<TrialOrder> Orders => placed;

    public IEnumerable<TrialOrder> Running => placed.Where(order => !order.HasEnded);

    public bool IsRunning => placing || Running.Any();

    public int Ended => placed.Count(order => order.HasEnded);

    public int Refused => refused;

    public Problem? Problem { get; private set; }

    public async Task PlaceAsync(
        UserGateway gateway,
        DemoScenario scenario,
        string customerId,
        string saga,
        int count,
        Func<Task> progress,
        CancellationToken cancellation
    )
    {
        placing = true;
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (index, stop) =>
                {
                    // The key makes sure that a repeated request is the same order.
                    var answer = await gateway.SendAsync<PlacedOrder>(
                        HttpMethod.Post,
                        "/api/orders",
                        scenario.Request(customerId, SagaOf(saga, index)),
                        stop,
                        $"{name}-{index}"
                    );
                    if (answer.Value is { } order)
                    {
                        placed.Enqueue(Order(order.OrderId));
                    }
                    else
                    {
                        Interlocked.Increment(ref refused);
                        Problem = answer.Problem;
                    }
                    await progress();
                }
            );
        }
        finally
        {
            placing = false;
        }
    }

    /// <summary>False for an event of an order that does not belong here.</summary>
    public bool Apply(LiveEvent @event)
    {
        if (!placing && !orders.ContainsKey(@event.OrderId))
        {
            return false;
        }
        var order = Order(@event.OrderId);
        order.LastEvent = @event.Type;
        order.Status = @event.Type switch
        {
            "order.confirmed" => "confirmed",
            "order.cancelled" => "cancelled",
            "order.shipped" => "shipped",
            "order.delivered" => "delivered",
            "order.intervention-required" => "intervention",
            "order.intervention-decided" => "pending",
            _ => order.Status,
        };
        return true;
    }

    private static string SagaOf(string saga, int index) =>
        saga == "both"
            ? index % 2 == 0
                ? "orchestration"
                : "choreography"
            : saga;

    private TrialOrder Order(string orderId) => orders.GetOrAdd(orderId, id => new TrialOrder(id));
}
