using System.Threading.Channels;
using Dapr.Workflow.Protocol;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Hub;

/// <summary>A stream of work items a worker has opened.</summary>
internal sealed class WorkerStream(ServerCallContext context)
{
    internal Channel<WorkItem> Items { get; } = Channel.CreateUnbounded<WorkItem>();

    /// <summary>Completes when the worker has let go of the stream.</summary>
    internal Task Closed { get; } = WhenCancelled(context.CancellationToken);

    internal void Send(WorkItem item) => Items.Writer.TryWrite(item);

    internal void Activity(string name, string token, int task = 0, string input = "0", string? traceParent = null) => Send(new WorkItem
    {
        CompletionToken = token,
        ActivityRequest = new ActivityRequest
        {
            Name = name,
            TaskId = task,
            Input = input,
            TaskExecutionId = $"execution-{task}",
            WorkflowInstance = new WorkflowInstance { InstanceId = "order-1" },
            ParentTraceContext = traceParent is null ? null : new TraceContext { TraceParent = traceParent },
        },
    });

    internal void Turn(string token, params HistoryEvent[] events) => Send(new WorkItem
    {
        CompletionToken = token,
        WorkflowRequest = new WorkflowRequest { InstanceId = "order-1", NewEvents = { events } },
    });

    internal void End() => Items.Writer.Complete();

    /// <summary>Resets the connection's stream, as a dying sidecar does.</summary>
    internal void Abort() => context.GetHttpContext().Abort();

    private static Task WhenCancelled(CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellation.Register(() => cancelled.TrySetResult());
        return cancelled.Task;
    }
}
