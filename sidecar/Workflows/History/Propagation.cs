using Google.Protobuf;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>The part of its history that a workflow propagates to a child or an activity that requested it.</summary>
internal static class Propagation
{
    public static PropagatedHistory? Assemble(
        string appId,
        Execution execution,
        IEnumerable<HistoryEvent> turn,
        HistoryPropagationScope scope
    )
    {
        if (scope == HistoryPropagationScope.None)
        {
            return null;
        }

        var passed = new PropagatedHistory { Scope = scope };
        if (scope == HistoryPropagationScope.Lineage && execution.Incoming is { } received)
        {
            passed.Chunks.Add(received.Chunks);
        }

        var own = execution.History.Concat(turn).ToList();
        if (own.Count == 0)
        {
            return passed;
        }

        var chunk = new PropagatedHistoryChunk
        {
            AppId = appId,
            InstanceId = execution.InstanceId,
            WorkflowName = own.Find(e => e.ExecutionStarted is not null)?.ExecutionStarted.Name ?? "",
        };
        chunk.RawEvents.Add(own.Select(e => e.ToByteString()));
        passed.Chunks.Add(chunk);
        return passed;
    }
}
