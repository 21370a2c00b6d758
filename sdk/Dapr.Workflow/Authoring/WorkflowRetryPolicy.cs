namespace Dapr.Workflow;

/// <summary>Retries with exponential backoff; the pauses are durable timers.</summary>
public class WorkflowRetryPolicy
{
    /// <param name="maxNumberOfAttempts">Attempts in all, the first one included; at least 1.</param>
    /// <param name="firstRetryInterval">Pause before the second attempt; positive.</param>
    /// <param name="backoffCoefficient">Factor from pause to pause; at least 1.</param>
    /// <param name="maxRetryInterval">Longest pause; null for no limit, else at least <paramref name="firstRetryInterval"/>.</param>
    /// <param name="retryTimeout">No retry starts later than this after the first attempt; null for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside the range named above.</exception>
    public WorkflowRetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        // Without a maximum the first pause itself may still not exceed an hour, as in the official SDK.
        ArgumentOutOfRangeException.ThrowIfLessThan(
            maxRetryInterval ?? TimeSpan.FromHours(1), firstRetryInterval, nameof(maxRetryInterval));
        var timeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, firstRetryInterval, nameof(retryTimeout));
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval;
        RetryTimeout = timeout;
    }

    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan? MaxRetryInterval { get; }

    /// <summary><see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>The pause after the given number of failed attempts, or null when no further attempt may start.</summary>
    internal TimeSpan? PauseAfter(int failedAttempts, TimeSpan sinceFirstAttempt)
    {
        var withoutLimit = RetryTimeout == Timeout.InfiniteTimeSpan || RetryTimeout == TimeSpan.MaxValue;
        if (failedAttempts >= MaxNumberOfAttempts || (!withoutLimit && sinceFirstAttempt >= RetryTimeout))
        {
            return null;
        }

        var ticks = FirstRetryInterval.Ticks * Math.Pow(BackoffCoefficient, failedAttempts - 1);
        if (MaxRetryInterval is { } longest && ticks >= longest.Ticks)
        {
            return longest;
        }

        return ticks >= TimeSpan.MaxValue.Ticks ? null : TimeSpan.FromTicks((long)ticks);
    }
}
