namespace Sidecar.Resources;

/// <summary>The time that finished workflow instances are kept, by their outcome. Null: until they are purged.</summary>
internal sealed record RetentionPolicy(TimeSpan? AnyTerminal, TimeSpan? Completed, TimeSpan? Failed, TimeSpan? Terminated);
