namespace Dapr.Workflow.Connection;

/// <summary>Pauses that double from try to try.</summary>
internal sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    internal static readonly Backoff Wait = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(15));

    internal static readonly Backoff Completion = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));

    internal static readonly Backoff Stream = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>The pause after so many failures in a row, counted from 1.</summary>
    internal TimeSpan After(int failures)
    {
        // 2^20 times the first pause is beyond any longest one and still no overflow.
        var pause = First * Math.Pow(2, Math.Min(failures - 1, 20));
        return pause < Longest ? pause : Longest;
    }
}
