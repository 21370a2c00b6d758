using Bunit;
using Console.Edge;
using Console.Orders;
using ConsoleComponents.Timelines;

namespace Console.Tests.Components;

/// <summary>The steps of a saga as they are shown.</summary>
public sealed class TimelineTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_step_with_an_unknown_start_begins_at_the_end_of_the_previous_step()
    {
        using var test = new ComponentTest();
        var entries = OrderTimeline.Of(
            ComponentTest.Order() with
            {
                Steps =
                [
                    new StepView("create-order", "done", Start.AddSeconds(1)),
                    new StepView("reserve-inventory", "done", Start.AddSeconds(3)),
                ],
            },
            test.Text
        );
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], entries.Select(entry => entry.Took!.Value));
    }

    [Fact]
    public void A_step_that_failed_shows_its_error_and_no_invented_start()
    {
        using var test = new ComponentTest();
        var entry = OrderTimeline
            .Of(
                ComponentTest.Order("cancelled") with
                {
                    Steps = [new StepView("process-payment", "failed", Start.AddSeconds(1), "declined")],
                },
                test.Text
            )
            .Single();
        Assert.Equal(("Take the payment", "failed", "declined", null), (entry.Title, entry.State, entry.Detail, entry.StartedAt));
    }

    [Fact]
    public void A_compensation_is_shown_under_its_step_with_its_times_attempts_and_operator()
    {
        using var test = new ComponentTest();
        var step = new StepView("process-payment", "done")
        {
            StartedAt = Start,
            EndedAt = Start.AddMilliseconds(250),
            Attempts = 2,
            Compensation = new CompensationView("skipped")
            {
                StartedAt = Start.AddSeconds(5),
                EndedAt = Start.AddSeconds(9),
                Attempts = 5,
                By = "ada",
                Note = "paid back by hand",
            },
        };

        var timeline = test.Render<Timeline>(with =>
            with.AddCascadingValue(test.Text)
                .Add(one => one.Label, "Steps")
                .Add(one => one.Entries, OrderTimeline.Of(ComponentTest.Order() with { Steps = [step] }, test.Text))
        );

        Assert.Contains("Took 250 ms", timeline.Find("li").TextContent, StringComparison.Ordinal);
        Assert.Contains("Attempts 2", timeline.Find("li").TextContent, StringComparison.Ordinal);
        var undoing = timeline.Find(".timeline-undoing").TextContent;
        Assert.Contains("Took 4.00 s", undoing, StringComparison.Ordinal);
        Assert.Contains("ada decided: skipped paid back by hand", undoing, StringComparison.Ordinal);
    }
}
