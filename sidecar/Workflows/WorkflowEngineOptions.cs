using Sidecar.Resources;

namespace Sidecar.Workflows;

/// <param name="MaxMessageBytes">The size limit of a message from the gRPC server; null or 0: no limit.</param>
internal sealed record WorkflowEngineOptions(int? MaxMessageBytes = null)
{
    /// <summary>
    /// The longest time that a message waits to be saved with the step that it starts. Its sender waits as long, so a crash loses nothing
    /// that was acknowledged. Zero saves every message at once.
    /// </summary>
    public TimeSpan SaveGrace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>First wait after the store failed or another app was not there; doubled up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The size of the largest gRPC body, of which metrics show payloads as fractions; null: they do not show them.</summary>
    public long? LargestBody { get; init; }

    /// <summary>Null for no limits.</summary>
    public ConcurrencyLimits? Limits { get; init; }

    /// <summary>Null to keep finished instances until they are purged.</summary>
    public RetentionPolicy? Retention { get; init; }

    /// <summary>The default number of ids per page.</summary>
    public int DefaultPageSize { get; init; } = 1024;
}
