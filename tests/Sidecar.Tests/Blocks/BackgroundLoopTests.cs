using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Loops;

namespace Sidecar.Tests.Blocks;

public sealed class BackgroundLoopTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task Work_that_fails_is_restarted_after_growing_pauses()
    {
        var attempts = new ConcurrentQueue<DateTimeOffset>();
        await using var loop = BackgroundLoop.Start(
            "Work",
            _ =>
            {
                attempts.Enqueue(time.GetUtcNow());
                throw new InvalidOperationException("dies");
            },
            time,
            NullLogger.Instance
        );

        await Clock.AdvanceUntilAsync(time, () => attempts.Count >= 9);

        var begun = attempts.ToArray();
        var expected = (double[])[0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10];
        Assert.All(expected.Index(), pause =>
            Assert.True((begun[pause.Index + 1] - begun[pause.Index]).TotalSeconds >= pause.Item, $"pause {pause.Index}")
        );
        Assert.False(loop.Completion.IsCompleted);
    }

    [Fact]
    public async Task Work_that_throws_a_cancellation_of_its_own_is_restarted()
    {
        var attempts = 0;
        await using var loop = BackgroundLoop.Start(
            "Work",
            async stopping =>
            {
                if (Interlocked.Increment(ref attempts) == 1)
                {
                    throw new OperationCanceledException("a call of its own was cancelled");
                }
                await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
            },
            time,
            NullLogger.Instance
        );

        await Clock.AdvanceUntilAsync(time, () => Volatile.Read(ref attempts) == 2);
    }

    [Fact]
    public async Task Work_that_returns_is_not_restarted()
    {
        var attempts = 0;
        var loop = BackgroundLoop.Start("Work", _ => Task.FromResult(Interlocked.Increment(ref attempts)), time, NullLogger.Instance);
        await loop.Completion.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        time.Advance(TimeSpan.FromMinutes(1));

        await loop.DisposeAsync();
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Disposal_cancels_the_work_and_waits_for_its_end()
    {
        var begun = new TaskCompletionSource();
        var ended = false;
        var loop = BackgroundLoop.Start(
            "Work",
            async stopping =>
            {
                begun.SetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
                }
                finally
                {
                    ended = true;
                }
            },
            time,
            NullLogger.Instance
        );
        await begun.Task;

        await loop.DisposeAsync();

        Assert.True(ended);
        await loop.DisposeAsync(); // once more does nothing
    }

    [Fact]
    public async Task A_failed_start_is_retried_until_it_succeeds()
    {
        var attempts = 0;
        var started = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var kept = await RetriedStart.StartAsync(
            "Subscription",
            _ =>
            {
                if (Interlocked.Increment(ref attempts) < 3)
                {
                    throw new IOException("the broker is away");
                }
                started.SetResult();
                return Task.FromResult<IAsyncDisposable?>(new Ending(ended));
            },
            time,
            NullLogger.Instance,
            CancellationToken.None
        );
        Assert.False(started.Task.IsCompleted);

        await Clock.AdvanceUntilAsync(time, () => started.Task.IsCompleted);

        Assert.False(ended.Task.IsCompleted);
        await kept.DisposeAsync();
        Assert.True(ended.Task.IsCompleted);
    }

    private sealed class Ending(TaskCompletionSource ended) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ended.SetResult();
            return ValueTask.CompletedTask;
        }
    }
}
