using Microsoft.Extensions.Time.Testing;

namespace Sidecar.Tests.Blocks;

/// <summary>Moves fake time for code on other threads that gives no signal when it waits.</summary>
internal static class Clock
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Advances in small steps until <paramref name="holds"/>.</summary>
    public static async Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!holds())
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
