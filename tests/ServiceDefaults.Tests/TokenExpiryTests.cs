using System.Security.Claims;
using ServiceDefaults.Identity;

namespace ServiceDefaults.Tests;

public sealed class TokenExpiryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);

    [Theory]
    [InlineData("1000060", 90)]
    [InlineData("1000000", 30)]
    [InlineData("999970", 0)]
    [InlineData("1", 0)]
    [InlineData("9223372036854775807", int.MaxValue / 1000)]
    [InlineData("never", int.MaxValue / 1000)]
    [InlineData(null, int.MaxValue / 1000)]
    public void A_token_is_accepted_until_half_a_minute_after_its_expiry_within_the_limit_of_a_timer(string? expiry, int seconds)
    {
        Claim[] claims = expiry is null ? [] : [new Claim("exp", expiry)];
        var user = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));

        Assert.Equal(seconds, (int)user.TokenLeft(Now).TotalSeconds);
    }
}
