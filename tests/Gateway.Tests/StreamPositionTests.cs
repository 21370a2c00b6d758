using Gateway.Streaming;

namespace Gateway.Tests;

public sealed class StreamPositionTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void A_position_survives_writing_and_reading()
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
    public void A_malformed_position_is_ignored(string? text) => Assert.Null(StreamPosition.Parse(text));

    [Fact]
    public void A_client_that_stopped_in_the_list_lacks_the_rest_and_later_changes()
    {
        var position = new StreamPosition(DateTimeOffset.UnixEpoch, At, "last", At.AddMinutes(-5));

        Assert.True(position.Lacks("behind", At.AddHours(-1), reached: true));
        Assert.False(position.Lacks("before", At.AddHours(-1), reached: false));
        Assert.True(position.Lacks("before", At, reached: false));
        Assert.False(position.Lacks("last", At.AddMinutes(-5), reached: false));
        Assert.True(position.Lacks("last", At, reached: false));
    }

    [Fact]
    public void A_client_that_stopped_after_a_change_lacks_only_later_changes()
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
