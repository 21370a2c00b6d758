using System.Diagnostics;
using System.Globalization;
using Sidecar.Tracing;
using Sidecar.Workflows.Api;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using TraceContext = Sidecar.Tracing.TraceContext;

namespace Sidecar.Workflows;

/// <summary>
/// The spans of workflows, named as in the Dapr runtime. A workflow's own span is exported when it ends, but its id is in the history from
/// the first turn on: later spans in any process are below it.
/// </summary>
internal sealed class WorkflowSpans(Tracer? tracer)
{
    private const string Type = "durabletask.type";
    private const string Name = "durabletask.task.name";
    private const string Instance = "durabletask.task.instance_id";
    private const string Task = "durabletask.task.task_id";
    private const string Version = "durabletask.task.version";
    private const string FireAt = "durabletask.fire_at";
    private const string Status = "durabletask.runtime_status";
    private const string Patches = "applied_patches";

    /// <summary>The start of a workflow, in the trace that the client has named, or else that of the call.</summary>
    /// <param name="version">Only the span has the requested version; the event has none.</param>
    public Span Creating(ExecutionStartedEvent started, string? version, TraceContext call)
    {
        var span = Start(ActivityKind.Client, Of(started.ParentTraceContext) ?? call, default);
        Describe(span, "create_orchestration", started.Name, version, "orchestration", started.WorkflowInstance.InstanceId);
        if (span.Context.IsSampled)
        {
            started.ParentTraceContext = To(span.Context);
        }
        return span;
    }

    /// <summary>Reads the first events of a turn: a start gets the id of the workflow's span, a fired timer is a span of its own.</summary>
    public void Turn(Execution execution, IReadOnlyList<HistoryEvent> events)
    {
        if (tracer is not { Exports: true })
        {
            return;
        }
        foreach (var @event in events)
        {
            if (@event.ExecutionStarted is { ParentTraceContext: not null, WorkflowSpanID: null } started)
            {
                started.WorkflowSpanID = ActivitySpanId.CreateRandom().ToHexString();
            }
            else if (@event.TimerFired is { } fired)
            {
                Fired(execution, @event, fired);
            }
        }
    }

    public Span Activity(string instance, HistoryEvent scheduled)
    {
        var task = scheduled.TaskScheduled;
        var span = Start(ActivityKind.Server, Of(task.ParentTraceContext), default);
        Describe(span, "activity", task.Name, task.Version, "activity", instance);
        span.Tag(Task, scheduled.EventId);
        return span;
    }

    /// <summary>The trace context for the worker: that of the activity's span, or the given one.</summary>
    public static Sidecar.Workflows.Protocol.TraceContext? ContextFor(Span span, Sidecar.Workflows.Protocol.TraceContext? given) =>
        given is not null && span.Context.IsSampled ? To(span.Context) : given;

    public static void End(Span span, TaskFailureDetails? failure)
    {
        if (failure is not null)
        {
            span.Fail(failure.ErrorMessage);
        }
        span.End();
    }

    /// <summary>Ends the span of a workflow, or of one generation of it.</summary>
    public void Ended(string instance, IEnumerable<HistoryEvent> history, OrchestrationStatus status, TaskFailureDetails? failure = null)
    {
        if (
            tracer is null
            || history.FirstOrDefault(@event => @event.ExecutionStarted is not null)?.ExecutionStarted
                is not { WorkflowSpanID: { } id } started
            || Of(started.ParentTraceContext) is not { } parent
        )
        {
            return;
        }
        var span = tracer.Resume(
            ActivityKind.Server,
            parent,
            ActivitySpanId.CreateFromString(id),
            history.First().Timestamp.ToDateTimeOffset()
        );
        if (!span.IsRecorded)
        {
            return;
        }
        Describe(span, "orchestration", started.Name, started.Version, "orchestration", instance);
        span.Tag(Status, WorkflowInfo.StatusName(status));
        var patches = history.SelectMany(@event => @event.WorkflowStarted?.Version?.Patches ?? []).Distinct(StringComparer.Ordinal);
        span.Tag(Patches, [.. patches]);
        foreach (var @event in history)
        {
            Note(span, @event);
        }
        End(span, failure);
    }

    /// <summary>The parent of a workflow's spans: its own span, once that exists.</summary>
    public static Sidecar.Workflows.Protocol.TraceContext? Below(ExecutionStartedEvent? started) =>
        started is { WorkflowSpanID: { } id, ParentTraceContext: { } parent } && Of(parent) is { } known
            ? new() { TraceParent = $"{known.Parent[..36]}{id}{known.Parent[52..]}", TraceState = parent.TraceState }
            : started?.ParentTraceContext;

    private void Fired(Execution execution, HistoryEvent @event, TimerFiredEvent fired)
    {
        var span = Start(ActivityKind.Internal, Of(Below(execution.Started)), @event.Timestamp.ToDateTimeOffset());
        span.Name("timer");
        span.Tag(Type, "timer");
        span.Tag(FireAt, fired.FireAt?.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        span.Tag(Task, fired.TimerId);
        span.Tag(Instance, execution.InstanceId);
        span.End();
    }

    private Span Start(ActivityKind kind, TraceContext? parent, DateTimeOffset begun) =>
        parent is null || tracer is null ? Span.Off : tracer.Start(kind, parent, begun);

    private static void Describe(Span span, string prefix, string name, string? version, string type, string instance)
    {
        if (!span.IsRecorded)
        {
            return;
        }
        span.Name(string.IsNullOrEmpty(version) ? $"{prefix}||{name}" : $"{prefix}||{name}||{version}");
        span.Tag(Type, type);
        span.Tag(Name, name);
        span.Tag(Instance, instance);
        span.Tag(Version, version);
    }

    private static void Note(Span span, HistoryEvent @event)
    {
        var at = @event.Timestamp.ToDateTimeOffset();
        if (@event.EventRaised is { } raised)
        {
            span.Event("Received external event", at, new("name", raised.Name), new("size", (raised.Input ?? "").Length));
        }
        else if (@event.ExecutionSuspended is { } suspended)
        {
            span.Event("Execution suspended", at, new KeyValuePair<string, object?>("reason", suspended.Input ?? ""));
        }
        else if (@event.ExecutionResumed is { } resumed)
        {
            span.Event("Execution resumed", at, new KeyValuePair<string, object?>("reason", resumed.Input ?? ""));
        }
        else if (@event.ExecutionStalled is { } stalled)
        {
            span.Event("Execution stalled", at, new("reason", stalled.Reason.ToString()), new("description", stalled.Description));
        }
    }

    private static TraceContext? Of(Sidecar.Workflows.Protocol.TraceContext? context) =>
        context is null ? null : TraceContext.Parse(context.TraceParent, context.TraceState);

    private static Sidecar.Workflows.Protocol.TraceContext To(TraceContext context) =>
        new() { TraceParent = context.Parent, TraceState = context.State.Length > 0 ? context.State : null };
}
