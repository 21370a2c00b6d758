namespace Sidecar.Resources;

/// <summary>
/// The number and the pauses of retries. Source: Dapr docs, "Retry resiliency policies"; the fixed numbers of the exponential form are
/// daprd's.
/// </summary>
internal sealed record RetryRule
{
    public static readonly RetryRule Default = new();

    private const double Multiplier = 1.5;
    private const double Randomization = 0.5;

    private static readonly TimeSpan InitialInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxElapsed = TimeSpan.FromMinutes(15);

    public bool Exponential { get; init; }

    /// <summary>The pause of the constant form.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause of the exponential form.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Negative: without end.</summary>
    public int MaxRetries { get; init; } = -1;

    /// <summary>The only HTTP statuses that are tried again; null is every failure.</summary>
    public CodeRanges? Http { get; init; }

    /// <summary>The only gRPC codes that are tried again; null is every failure.</summary>
    public CodeRanges? Grpc { get; init; }

    /// <summary>Failures without a code are always tried again; numbers up to 16 are gRPC codes, as in daprd.</summary>
    public bool Covers(int? code) => code is not { } number || ((number <= 16 ? Grpc : Http)?.Contains(number) ?? true);

    /// <param name="attempt">From 0.</param>
    /// <param name="chance">Evenly from 0 to 1.</param>
    public TimeSpan Pause(int attempt, double chance)
    {
        if (!Exponential)
        {
            return Duration;
        }
        var interval = Math.Min(InitialInterval.TotalSeconds * Math.Pow(Multiplier, attempt), MaxInterval.TotalSeconds);
        return TimeSpan.FromSeconds(interval * (1 - Randomization + (2 * Randomization * chance)));
    }

    /// <summary>True if there is time left for another attempt.</summary>
    public bool Fits(TimeSpan elapsed) => !Exponential || elapsed < MaxElapsed;
}
