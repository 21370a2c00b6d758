using Microsoft.Extensions.Time.Testing;
using Orders.Choreography;
using Orders.Ordering;
using Orders.Streams;
using Orders.Tests.Saga;
using ServiceDefaults.Events;
using ServiceFakes;

namespace Orders.Tests.Choreography;

/// <summary>Tests of the check of a choreographed order without progress, and of what moves the order during the check.</summary>
public sealed class CheckOrderTests
{
    private static readonly ApprovalTerms NoApproval = new(null, TimeSpan.Zero);
    private static readonly PlacedOrder Input = SagaRun.Input with { Saga = SagaKinds.Choreography, StuckAfter = TimeSpan.FromMinutes(1) };

    private readonly FakeTimeProvider time = new(Input.PlacedAt);
    private readonly OrderStreams streams;

    public CheckOrderTests() =>
        streams = new OrderStreams(new MemoryState().Knows<OrderStream>().Client, new OrderEndings(), new UnseenEvents(time), time);

    [Fact]
    public async Task An_order_without_progress_is_cancelled_and_undone()
    {
        await streams.PlaceAsync(Input, default);
        time.Advance(Input.StuckAfter!.Value);

        var result = await CheckAsync(time);

        Assert.Equal(new CheckResult(null, Input.StuckAfter!.Value), result);
        Assert.Equal(["order.created", "order.cancellation-requested", "order.release-requested"], await EventsAsync());
    }

    [Fact]
    public async Task An_order_that_moves_during_the_check_is_left_alone()
    {
        await streams.PlaceAsync(Input, default);
        time.Advance(Input.StuckAfter!.Value);

        await CheckAsync(new Interrupted(time, 1, () => ReactAsync("inventory.reserved")));

        Assert.Equal(["order.created", "order.payment-requested"], await EventsAsync());
    }

    [Fact]
    public async Task A_time_out_whose_reaction_is_faster_requests_the_compensation_once()
    {
        await streams.PlaceAsync(Input, default);
        time.Advance(Input.StuckAfter!.Value);

        await CheckAsync(new Interrupted(time, 3, () => ReactAsync(ChoreographyRules.Cancelled)));

        Assert.Equal(["order.created", "order.cancellation-requested", "order.release-requested"], await EventsAsync());
        Assert.Equal(1, (await streams.FindAsync(Input.OrderId, default))!.Fold()!.Round);
    }

    private Task<CheckResult> CheckAsync(TimeProvider clock) => new CheckOrder(streams, clock).RunAsync(null!, Input);

    private Task ReactAsync(string signal) =>
        streams.AppendAsync(
            Input.OrderId,
            order => ChoreographyRules.React(order, new Signal(signal), NoApproval, time.GetUtcNow()),
            default
        );

    private async Task<IEnumerable<string>> EventsAsync() =>
        (await streams.FindAsync(Input.OrderId, default))!.Events.Select(stored => stored.Event.Name);

    /// <summary>A clock that acts at its given reading. A check reads its clock at the start and at each decision.</summary>
    private sealed class Interrupted(TimeProvider clock, int reading, Func<Task> act) : TimeProvider
    {
        private int readings;

        public override DateTimeOffset GetUtcNow()
        {
            if (++readings == reading)
            {
                Assert.True(act().IsCompletedSuccessfully);
            }
            return clock.GetUtcNow();
        }
    }
}
