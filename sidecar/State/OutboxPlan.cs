using System.Text.Json.Nodes;
using System.Threading.Channels;
using Sidecar.Components;
using Sidecar.Go;
using Sidecar.Loops;
using Sidecar.PubSub;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Publishing;
using Sidecar.Tracing;

namespace Sidecar.State;

/// <summary>A transaction before it is written: the caller's operations without projections, and the events of its upserts.</summary>
internal sealed record OutboxPlan(IReadOnlyList<TransactionOperation> Operations, IReadOnlyList<StateWrite> Records);
