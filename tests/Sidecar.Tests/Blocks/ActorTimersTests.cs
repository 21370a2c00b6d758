using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Actors;
using Sidecar.Resiliency;
using Sidecar.Timers;

namespace Sidecar.Tests.Blocks;

/// <summary>Timers that end are removed, also while no app hosts their actor type.</summary>
public sealed class ActorTimersTests : IAsyncLifetime
{
    private static readonly ActorId Actor = new("Counter", "a");

    private readonly FakeTimeProvider time = new();
    private readonly ActorTimers timers;

    public ActorTimersTests() =>
        timers = new ActorTimers(
            "app",
            new ActorRouter("app", new ActorDirectory(new NoActors(), null), new PolicyBook("app", [], time), time),
            time,
            NullLogger.Instance
        );

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await timers.DisposeAsync();

    [Theory]
    [InlineData("", null)]
    [InlineData("R2/PT1S", null)]
    [InlineData("1s", 3)]
    public async Task A_timer_is_removed_after_its_last_tick(string period, int? secondsToLive)
    {
        timers.Set(Timer("t", period, secondsToLive));
        Assert.Equal(1, timers.Count);
        await Clock.AdvanceUntilAsync(time, () => timers.Count == 0);
    }

    [Fact]
    public void A_timer_that_has_expired_replaces_one_of_the_same_name_and_is_not_kept()
    {
        timers.Set(Timer("t", "1s", null));
        timers.Set(Timer("t", "1s", 0));
        Assert.Equal(0, timers.Count);
    }

    [Fact]
    public void A_deleted_timer_is_removed()
    {
        timers.Set(Timer("t", "1s", null));
        timers.Set(Timer("other", "1s", null));
        timers.Remove(Actor, "t");
        timers.Remove(Actor, "t");
        Assert.Equal(1, timers.Count);
    }

    /// <summary>Its first tick comes when the test moves the time, and not while the test still looks at the timer.</summary>
    private ActorTimer Timer(string name, string period, int? secondsToLive)
    {
        var first = time.GetUtcNow().AddSeconds(1);
        return new ActorTimer(
            Actor,
            name,
            [],
            Schedule.OfTimer(period),
            first,
            secondsToLive is { } seconds ? first.AddSeconds(seconds) : null
        );
    }

    private sealed class NoActors : ILocalActors
    {
        public ActorHost? FindHost(string actorType) => null;
    }
}
