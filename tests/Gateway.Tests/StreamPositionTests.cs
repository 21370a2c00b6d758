using Gateway.Streaming;

namespace Gateway.Tests;

public sealed class StreamPositionTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void A_position_comes_back_as_it_was_given()
    {
        var position = new StreamPosition(DateTimeOffset.UnixEpoch, At, "order-1 ö", At.AddSeconds(1));

        Assert.Equal(position, StreamPosition.Parse(position.ToString()));
        Assert.DoesNotContain(position.ToString(), letter => letter is ' ' or '\n' or 'ö');
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("17")]
    [InlineData("1-2-3")]
    [InlineData("a-2-3-order")]
    [InlineData("-1-2-3-order")]
    [InlineData("99999999999999999999-2-3-order")]
    [InlineData("9223372036854775807-2-3-order")]
    public void Any_other_text_is_no_position(string? text) => Assert.Null(StreamPosition.Parse(text));

    [Fact]
    public void In_the_middle_of_the_list_the_rest_is_lacking_and_of_the_first_part_only_what_has_changed_since()
    {
        var position = new StreamPosition(DateTimeOffset.UnixEpoch, At, "last", At.AddMinutes(-5));

        Assert.True(position.Lacks("behind", At.AddHours(-1), reached: true));
        Assert.False(position.Lacks("before", At.AddHours(-1), reached: false));
        Assert.True(position.Lacks("before", At, reached: false));
        Assert.False(position.Lacks("last", At.AddMinutes(-5), reached: false));
        Assert.True(position.Lacks("last", At, reached: false));
    }

    [Fact]
    public void After_a_change_what_changed_later_is_lacking_wherever_it_stands_and_never_the_last_one_again()
    {
        var position = new StreamPosition(At, At, "last", At);

        foreach (var reached in (bool[])[false, true])
        {
            Assert.True(position.Lacks("other", At.AddTicks(1), reached));
            Assert.False(position.Lacks("other", At - StreamPosition.Overlap, reached));
            Assert.False(position.Lacks("last", At, reached));
        }
    }
}
