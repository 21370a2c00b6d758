using System.Collections.Concurrent;
using System.Diagnostics;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace Chaos;

/// <summary>Load of several customers: orders of both kinds of saga with every payment token, and some cancellations.</summary>
internal sealed class MixedLoad(OrderSystem system, int seed)
{
    private const int Customers = 4;

    private static readonly string[] Tokens = ["tok_ok", "tok_ok", "tok_ok", "tok_declined", "tok_flaky"];

    private readonly ConcurrentQueue<string> accepted = new();
    private readonly ConcurrentQueue<long> acceptedAt = new();

    public IReadOnlyList<string> Accepted => [.. accepted];

    /// <summary>Places orders until <paramref name="end"/>, then waits for the started ones. A failure ends all.</summary>
    public Task RunAsync(CancellationTokenSource end) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Customers)
                .Select(async customer =>
                {
                    try
                    {
                        await OrderAsync(customer, end.Token);
                    }
                    catch
                    {
                        await end.CancelAsync();
                        throw;
                    }
                })
        );

    /// <summary>Returns the time from then to the next accepted order; null if there was none.</summary>
    public TimeSpan? FirstAfter(long timestamp)
    {
        var first = acceptedAt.Where(at => at > timestamp).DefaultIfEmpty(0).Min();
        return first == 0 ? null : Stopwatch.GetElapsedTime(timestamp, first);
    }

    private async Task OrderAsync(int customer, CancellationToken stop)
    {
        var random = new Random(seed + customer);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var order = Api.Order(
                $"product-{1 + random.Next(10)}",
                1 + random.Next(3),
                Tokens[random.Next(Tokens.Length)],
                $"customer-{1 + random.Next(3)}",
                random.Next(2) == 0 ? "orchestration" : "choreography"
            );
            var orderId = await system.Api.PlaceStubbornlyAsync(order, $"chaos-{customer}-{number}");
            acceptedAt.Enqueue(Stopwatch.GetTimestamp());
            accepted.Enqueue(orderId);
            if (random.Next(6) == 0)
            {
                await TryCancelAsync(orderId);
            }
        }
    }

    /// <summary>Cancels the order. The request may be too late or get no answer; the order's status shows the outcome.</summary>
    private async Task TryCancelAsync(string orderId)
    {
        try
        {
            using var answer = await system.Api.PostToAsync($"/api/orders/{orderId}/cancel");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The gateway was just killed: the request may have arrived or not.
        }
    }
}
