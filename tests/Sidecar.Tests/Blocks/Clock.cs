using Microsoft.Extensions.Time.Testing;

namespace Sidecar.Tests.Blocks;

/// <summary>Moves fake time for code on other threads that gives no signal when it waits.</summary>
internal static class Clock
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Advances in small steps until <paramref name="holds"/>.</summary>
    /// <param name="moves">Whether time goes on now; null if it always does.</param>
    public static async Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> holds, Func<bool>? moves = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!holds())
        {
            if (moves?.Invoke() != false)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
            }
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
