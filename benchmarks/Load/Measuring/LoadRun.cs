using System.Collections.Concurrent;
using Load.Placing;

namespace Load.Measuring;

/// <summary>Places the orders, so many at a time, and follows each until it has ended.</summary>
internal sealed class LoadRun(LoadPlan plan, OrderApi orders, TimeProvider time)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);

    private readonly OrderMix mix = new(plan);
    private readonly CheckPace pace = new();
    private readonly ConcurrentBag<Sample> samples = [];
    private int next = -1;
    private long started;

    public int Done => samples.Count;

    public TimeSpan Elapsed { get; private set; }

    /// <summary>The measured orders; fewer than planned after an interruption.</summary>
    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellation)
    {
        started = time.GetTimestamp();
        await Task.WhenAll(
            Enumerable.Range(0, plan.Concurrency).Select(_ => Task.Run(() => WorkAsync(cancellation), CancellationToken.None))
        );
        Elapsed = time.GetElapsedTime(started);
        return [.. samples.OrderBy(sample => sample.Finished)];
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (Interlocked.Increment(ref next) is var number && number < plan.Orders)
        {
            try
            {
                samples.Add(await FollowAsync(number, cancellation));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<Sample> FollowAsync(int number, CancellationToken cancellation)
    {
        var order = mix.Order(number);
        var begun = time.GetTimestamp();
        var (orderId, error) = await orders.PlaceAsync(order, cancellation);
        var post = time.GetElapsedTime(begun);
        if (orderId is null)
        {
            return new Sample(error!, true, post, post, time.GetElapsedTime(started), 0);
        }
        for (var checks = 1; ; checks++)
        {
            await Task.Delay(checks == 1 ? pace.First : CheckPace.Next(time.GetElapsedTime(begun) - post), time, cancellation);
            var status = await orders.StatusAsync(orderId, cancellation);
            var total = time.GetElapsedTime(begun);
            if (status is "confirmed" or "cancelled" or "intervention")
            {
                pace.Learn(total - post, atFirst: checks == 1);
                return new Sample(status, false, post, total, time.GetElapsedTime(started), checks);
            }
            if (total > MaxWait)
            {
                return new Sample(
                    $"no end within {MaxWait.TotalSeconds:0} s (last status: {status ?? "unknown"})",
                    true,
                    post,
                    total,
                    time.GetElapsedTime(started),
                    checks
                );
            }
        }
    }
}
