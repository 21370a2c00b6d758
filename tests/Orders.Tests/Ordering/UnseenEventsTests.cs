using Microsoft.Extensions.Time.Testing;
using Orders.Streams;

namespace Orders.Tests.Ordering;

public sealed class UnseenEventsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider time = new();
    private readonly UnseenEvents unseen;

    public UnseenEventsTests() => unseen = new UnseenEvents(time);

    /// <summary>Otherwise the repair would meet the same orders for ever, and no others.</summary>
    [Fact]
    public void A_postponed_event_is_overdue_again_after_the_patience()
    {
        unseen.Expect("o1", 1);
        time.Advance(Patience);

        unseen.Postpone("o1", 1);

        Assert.Empty(unseen.Overdue(Patience, 1));
        time.Advance(Patience);
        Assert.Equal(1, unseen.Overdue(Patience, 1)["o1"]);
    }

    [Fact]
    public void A_writer_that_loses_a_race_does_not_end_the_wait_for_a_later_version()
    {
        unseen.Expect("o1", 3);

        unseen.Expect("o1", 2);
        unseen.Seen("o1", 2);

        Assert.Equal(3, unseen.Overdue(TimeSpan.Zero, 1)["o1"]);
    }

    [Fact]
    public void An_event_of_a_later_version_is_not_postponed()
    {
        unseen.Expect("o1", 2);
        time.Advance(Patience);

        unseen.Postpone("o1", 1);

        Assert.Equal(2, unseen.Overdue(Patience, 1)["o1"]);
    }
}
