using Google.Protobuf;
using Grpc.Core;
using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>Creates an instance from the past of a finished one; operations open at that point start again after the commit.</summary>
internal static class Rerun
{
    public static async Task<WorkflowRefusal?> RunAsync(
        WorkflowRuntime runtime,
        string source,
        ForkRequest request,
        CancellationToken cancellation
    )
    {
        if (source.Length == 0)
        {
            return new(StatusCode.InvalidArgument, "rerun workflow source instance ID is required");
        }

        if (source == request.NewInstanceId)
        {
            return new(StatusCode.InvalidArgument, "rerun workflow instance ID must be different from the original instance ID");
        }

        var stored = await runtime.Store.Reader.ReadAsync(source, cancellation);
        if (stored is null)
        {
            return new(StatusCode.NotFound, $"workflow instance does not exist with ID '{source}'");
        }

        if (!stored.IsFinished)
        {
            return new(StatusCode.InvalidArgument, $"'{source}' is not in a terminal state");
        }

        if (stored.Execution.Started?.ParentInstance is not null)
        {
            return new(StatusCode.InvalidArgument, $"'{source}': cannot rerun from child-workflows");
        }

        var (history, refusal) = Fork.Build(stored.Execution, request);
        return refusal ?? await CreateAsync(runtime, request.NewInstanceId, history, stored.Execution);
    }

    private static async Task<WorkflowRefusal?> CreateAsync(
        WorkflowRuntime runtime,
        string id,
        IReadOnlyList<Sidecar.Workflows.Protocol.HistoryEvent> history,
        Execution source
    )
    {
        var taken = new WorkflowRefusal(StatusCode.AlreadyExists, $"workflow '{id}' has already been created");
        var instance = new Instance(runtime, id);
        if (!runtime.Directory.TryAdd(instance))
        {
            return taken;
        }

        var keys = runtime.Store.Keys;
        var own = keys.Of(id);
        var writes = new List<StateWrite>
        {
            StateWrite.Upsert(own.Metadata, new InstanceMetadata(0, history.Count, 1).ToBytes(), firstWrite: true),
            StateWrite.Upsert(keys.Index(id), InstanceCreation.Marker),
            StateWrite.Upsert(keys.Pending(id), InstanceCreation.Marker),
        };
        writes.AddRange(history.Select((e, i) => StateWrite.Upsert(own.History(i), e.ToByteArray())));
        if (source.Incoming is { } incoming)
        {
            writes.Add(StateWrite.Upsert(own.Propagated, incoming.ToByteArray()));
        }

        var failure = await runtime.Store.CommitAsync(writes, CancellationToken.None);
        if (failure is null && await runtime.Store.Reader.ReadAsync(id, CancellationToken.None) is { } stored)
        {
            instance.Load(stored);
            instance.Release();
            return null;
        }

        instance.Abandon();
        return failure?.Kind is StateFailureKind.Unavailable or null
            ? WorkflowRefusal.Unavailable(failure?.Message ?? "the new instance is gone")
            : taken;
    }
}
