using Sidecar.Resources;

namespace Sidecar.Workflows;

/// <param name="MaxMessageBytes">What the gRPC server sends in one message; null or 0: no limit.</param>
internal sealed record WorkflowEngineOptions(int? MaxMessageBytes = null)
{
    /// <summary>
    /// How long a message may wait to be saved together with the step it sets off. Its sender waits as long, so a crash in
    /// between loses nothing that was acknowledged. Zero saves every message at once.
    /// </summary>
    public TimeSpan SaveGrace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>First wait after the store failed or another app was not there; doubled up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Null: no limits.</summary>
    public ConcurrencyLimits? Limits { get; init; }

    /// <summary>Null: finished instances are kept until they are purged.</summary>
    public RetentionPolicy? Retention { get; init; }

    /// <summary>Ids per page when a caller does not say.</summary>
    public int DefaultPageSize { get; init; } = 1024;
}
