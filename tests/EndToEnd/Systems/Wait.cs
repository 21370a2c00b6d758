using System.Diagnostics;
using System.Net;
using Xunit.Sdk;

namespace EndToEnd.Systems;

/// <summary>
/// Waits for a condition: checks it repeatedly up to a limit, then fails with a description. A read that is answered with 503 or 504 is
/// repeated, as the API asks its clients to do. The longer a wait takes, the longer are the pauses between two checks, which cost the
/// system under test as much as other requests do.
/// </summary>
internal static class Wait
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> check, Func<string>? details = null)
        where T : class
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var timer = new PeriodicTimer(Step, TimeProvider.System);
        var begun = Stopwatch.GetTimestamp();
        Exception? refused = null;
        try
        {
            while (true)
            {
                try
                {
                    if (await check() is { } found)
                    {
                        return found;
                    }
                }
                catch (HttpRequestException e)
                    when (e.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                        && !limit.IsCancellationRequested
                    )
                {
                    refused = e;
                }
                timer.Period = StepAfter(Stopwatch.GetElapsedTime(begun));
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new XunitException(
                $"not within {Limit.TotalSeconds} s: {what}{Environment.NewLine}{refused?.Message}{Environment.NewLine}{details?.Invoke()}"
            );
        }
    }

    /// <summary>A tenth of the time that the wait has taken, within the limits.</summary>
    private static TimeSpan StepAfter(TimeSpan waited) => TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 10, Step.Ticks, LongestStep.Ticks));

    public static Task UntilAsync(string what, Func<Task<bool>> @event) => ForAsync(what, async () => await @event() ? "yes" : null);

    public static Task UntilGoneAsync(string what, Func<Task<bool>> isThere) => ForAsync(what, async () => await isThere() ? null : "yes");

    public static Task UntilAsync(string what, Func<bool> @event, Func<string>? details = null) =>
        ForAsync(what, () => Task.FromResult(@event() ? "yes" : null), details);
}
