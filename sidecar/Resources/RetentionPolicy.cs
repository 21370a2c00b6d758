namespace Sidecar.Resources;

/// <summary>How long finished workflow instances are kept, by the way they ended. Null: until they are purged.</summary>
internal sealed record RetentionPolicy(TimeSpan? AnyTerminal, TimeSpan? Completed, TimeSpan? Failed, TimeSpan? Terminated);
