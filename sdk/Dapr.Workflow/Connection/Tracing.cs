using System.Diagnostics;
using Dapr.Workflow.Protocol;
using Grpc.Core;

namespace Dapr.Workflow;

/// <summary>W3C trace context between sidecar, activities and workflow code. The source's name is part of the contract with listeners.</summary>
internal static class Tracing
{
    private static readonly ActivitySource Source = new("Dapr.Workflow");

    /// <summary>A span per run of an activity, when anything listens; <see cref="Activity.Current"/> is set in any case.</summary>
    internal static Activity? Activity(string name, TraceContext? parent)
    {
        if (parent is null || string.IsNullOrEmpty(parent.TraceParent))
        {
            return null;
        }

        var span = $"WorkflowActivity {name}";
        return ActivityContext.TryParse(parent.TraceParent, parent.TraceState, isRemote: true, out var context)
            ? Source.StartActivity(span, ActivityKind.Internal, context) ?? Bare(span, parent)
            : Bare(span, parent);
    }

    /// <summary>The context for workflow code and its logs. No span: a replay would repeat it.</summary>
    internal static Activity? Turn(TraceContext? parent) =>
        string.IsNullOrEmpty(parent?.TraceParent) ? null : Bare("WorkflowOrchestrationTurn", parent);

    internal static void Fail() => System.Diagnostics.Activity.Current?.SetStatus(ActivityStatusCode.Error);

    internal static TraceContext? Current() =>
        System.Diagnostics.Activity.Current is { Id: { } id, IdFormat: ActivityIdFormat.W3C } current
            ? new TraceContext { TraceParent = id, TraceState = current.TraceStateString is { Length: > 0 } state ? state : null }
            : null;

    /// <summary>Adds the context of the caller to a call, in W3C form and in the binary one that gRPC servers in Go read.</summary>
    internal static void AddTo(Metadata headers)
    {
        if (System.Diagnostics.Activity.Current is not { Id: { } id, IdFormat: ActivityIdFormat.W3C } current)
        {
            return;
        }

        headers.Add("traceparent", id);
        if (!string.IsNullOrWhiteSpace(current.TraceStateString))
        {
            headers.Add("tracestate", current.TraceStateString);
        }

        headers.Add("grpc-trace-bin", Binary(current));
    }

    // Layout: version 0, then fields 0 (trace id, 16 bytes), 1 (span id, 8 bytes) and 2 (flags, 1 byte), each after its number.
    private static byte[] Binary(Activity current)
    {
        var header = new byte[29];
        current.TraceId.CopyTo(header.AsSpan(2, 16));
        header[18] = 1;
        current.SpanId.CopyTo(header.AsSpan(19, 8));
        header[27] = 2;
        header[28] = (byte)(current.ActivityTraceFlags & ActivityTraceFlags.Recorded);
        return header;
    }

    private static Activity Bare(string name, TraceContext parent)
    {
        var activity = new Activity(name).SetParentId(parent.TraceParent);
        activity.TraceStateString = parent.TraceState;
        return activity.Start();
    }
}
