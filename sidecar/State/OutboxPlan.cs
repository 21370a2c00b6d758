namespace Sidecar.State;

/// <summary>A transaction before it is written: the caller's operations without projections, and the events of its upserts.</summary>
internal sealed record OutboxPlan(IReadOnlyList<TransactionOperation> Operations, IReadOnlyList<StateWrite> Records);
