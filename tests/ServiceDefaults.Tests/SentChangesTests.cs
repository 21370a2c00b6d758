using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

public sealed class SentChangesTests
{
    private static readonly DateTimeOffset Begun = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly SentChanges sent = new(Begun);

    [Fact]
    public void A_change_is_sent_once_and_a_later_one_again()
    {
        Assert.True(sent.Add("o1", Begun));
        Assert.False(sent.Add("o1", Begun));
        Assert.True(sent.Add("o1", Begun.AddSeconds(1)));
        Assert.False(sent.Add("o1", Begun));
    }

    [Theory]
    [InlineData(-120, false)]
    [InlineData(-121, true)]
    public void A_change_is_remembered_if_it_was_within_two_minutes_of_the_beginning(int seconds, bool again)
    {
        Assert.True(sent.Add("o1", Begun.AddSeconds(seconds)));
        Assert.Equal(again, sent.Add("o1", Begun.AddSeconds(seconds)));
    }

    [Fact]
    public void Old_orders_of_the_list_and_more_than_ten_thousand_followed_ones_are_not_remembered()
    {
        for (var number = 0; number < 20_000; number++)
        {
            Assert.True(sent.Add($"old-{number}", Begun.AddDays(-1)));
        }
        Assert.Equal(0, sent.Count);
        for (var number = 0; number < 20_000; number++)
        {
            Assert.True(sent.Add($"new-{number}", Begun.AddSeconds(number)));
        }
        Assert.Equal(10_000, sent.Count);
        Assert.False(sent.Add("new-19999", Begun.AddSeconds(19_999)));
    }
}
