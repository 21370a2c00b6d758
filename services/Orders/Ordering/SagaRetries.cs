namespace Orders.Ordering;

/// <summary>Stored format: how often a step and a compensation are tried, and how long the pauses grow.</summary>
internal sealed record SagaRetries(int StepAttempts, int CompensationAttempts, TimeSpan FirstPause, TimeSpan LongestPause);
