using Sidecar.Go;

namespace Sidecar.State;

/// <summary>
/// Reads the metadata <c>ttlInSeconds</c> as daprd's state stores do, which have different limits and errors. Null means no expiry.
/// Mistakes are <see cref="FormatException"/>s with daprd's text.
/// </summary>
internal static class TimeToLive
{
    /// <summary>SQLite and PostgreSQL.</summary>
    public static TimeSpan? OfDatabase(string? text)
    {
        const string problem = "error parsing TTL: incorrect value for metadata 'ttlInSeconds': ";
        return Seconds(text, "ParseInt", problem) is not { } seconds ? null
            : seconds is < -1 or > int.MaxValue ? throw new FormatException(problem + "must be -1 or greater")
            : Positive(seconds);
    }

    /// <param name="fallback">The component's own time to live, for a write that names none. Zero or less is named: no expiry.</param>
    public static TimeSpan? OfRedis(string? text, TimeSpan? fallback) =>
        Seconds(text, "ParseInt", "failed to parse ttl from metadata: ") is { } seconds ? Positive(seconds) : fallback;

    public static TimeSpan? OfMemory(string? text) => Seconds(text, "Atoi", "") is { } seconds ? Positive(seconds) : null;

    /// <summary>Null if the metadata names none.</summary>
    private static long? Seconds(string? text, string function, string problem) =>
        string.IsNullOrEmpty(text) ? null
        : GoNumbers.ProblemOf(text, function) is { } reason ? throw new FormatException(problem + reason)
        : GoNumbers.Parse(text, function);

    /// <summary>At most a century: a date beyond the calendar would be an error.</summary>
    private static TimeSpan? Positive(long seconds) => seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, 3_155_760_000)) : null;
}
