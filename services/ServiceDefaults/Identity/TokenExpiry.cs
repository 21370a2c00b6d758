using System.Globalization;
using System.Security.Claims;

namespace ServiceDefaults.Identity;

/// <summary>The end of a token, for answers that can last longer than it.</summary>
public static class TokenExpiry
{
    /// <summary>How long a token is taken after its end, because clocks differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>The longest time that a timer takes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The time for which the user's token is still taken; zero when it is not any more.</summary>
    public static TimeSpan TokenLeft(this ClaimsPrincipal user, DateTimeOffset now)
    {
        if (!long.TryParse(user.FindFirst("exp")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return Longest;
        }
        var left = seconds - now.ToUnixTimeSeconds() + ClockSkew.TotalSeconds;
        return TimeSpan.FromSeconds(Math.Clamp(left, 0, Longest.TotalSeconds));
    }
}
