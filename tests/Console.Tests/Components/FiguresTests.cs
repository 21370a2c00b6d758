using Console.Live;
using Microsoft.Extensions.Time.Testing;

namespace Console.Tests.Components;

/// <summary>The figures of the overview.</summary>
public sealed class FiguresTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Orders_are_counted_in_the_interval_of_their_event_with_the_duration_from_creation_to_end()
    {
        var figures = new OrderFigures(time);
        foreach (var (index, seconds) in new[] { 1, 2, 3, 100 }.Index())
        {
            var created = time.GetUtcNow();
            figures.Count(Event("order.created", $"o-{index}", created));
            figures.Count(Event(index == 3 ? "order.cancelled" : "order.confirmed", $"o-{index}", created.AddSeconds(seconds)));
        }
        time.Advance(OrderFigures.Interval);
        figures.Count(Event("order.created", "open", time.GetUtcNow()));
        figures.Count(Event("order.intervention-required", "open", time.GetUtcNow()));

        var read = figures.Read();

        Assert.Equal(
            [(4, 3, 1, 0), (1, 0, 0, 1)],
            read.Intervals.TakeLast(2).Select(one => (one.Placed, one.Confirmed, one.Cancelled, one.Interventions))
        );
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(100), 1), (read.P50!.Value, read.P99!.Value, read.Open));
    }

    [Fact]
    public void The_rate_of_a_context_falls_to_zero_when_its_events_stop()
    {
        var figures = new OrderFigures(time);
        for (var i = 0; i < 20; i++)
        {
            figures.Count(Event("payment.completed", $"o-{i}", time.GetUtcNow()));
        }
        Assert.Equal(2, figures.Read().EventsPerSecond["payment"]);

        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Empty(figures.Read().EventsPerSecond);
    }

    [Fact]
    public void An_order_placed_before_the_start_is_counted_without_a_duration()
    {
        var figures = new OrderFigures(time);
        figures.Count(Event("order.confirmed", "older", time.GetUtcNow()));
        Assert.Equal((1, null), (figures.Read().Intervals[^1].Confirmed, figures.Read().P50));
    }

    private LiveEvent Event(string type, string orderId, DateTimeOffset occurredAt) => new(type, orderId, occurredAt, time.GetUtcNow());
}
