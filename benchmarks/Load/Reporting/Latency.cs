namespace Load.Reporting;

/// <summary>Percentiles in milliseconds, by nearest rank.</summary>
internal sealed record Latency(double P50, double P90, double P99, double Max)
{
    public static Latency? Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        double At(double share) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)].TotalMilliseconds, 2);
        return sorted.Length == 0 ? null : new Latency(At(0.50), At(0.90), At(0.99), At(1));
    }

    public override string ToString() => $"p50 {P50} · p90 {P90} · p99 {P99} · max {Max} ms";
}
