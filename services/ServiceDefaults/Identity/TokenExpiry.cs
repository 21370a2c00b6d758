using System.Globalization;
using System.Security.Claims;

namespace ServiceDefaults.Identity;

/// <summary>The expiry of a token, for answers that can last longer than the token is valid.</summary>
public static class TokenExpiry
{
    /// <summary>The time for which a token is accepted after its expiry, because clocks differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>The longest time that a timer accepts.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The time for which the user's token is still accepted; zero after that.</summary>
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
