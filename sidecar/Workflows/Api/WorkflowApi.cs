using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Failures;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Api;

/// <summary>
/// The management API, for both transports. It has no state. <paramref name="engine"/> is null if the app has no store for workflows; every
/// operation then fails with that reason.
/// </summary>
internal sealed class WorkflowApi(WorkflowEngine? engine)
{
    public const string StartTimeOption = "dapr.workflow.start_time";
    private const int MaxInstanceIdLength = 64;

    /// <summary>Returns the instance id, generated if none is given.</summary>
    public async Task<string> StartAsync(
        string name,
        string? instanceId,
        string? input,
        IReadOnlyDictionary<string, string>? options = null,
        string? appId = null,
        Sidecar.Tracing.TraceContext? call = null
    )
    {
        var own = Engine(null);
        var id = string.IsNullOrEmpty(instanceId) ? Guid.NewGuid().ToString() : instanceId;
        if (id.Length > MaxInstanceIdLength)
        {
            throw new DaprException(WorkflowErrors.InstanceIdTooLong(MaxInstanceIdLength));
        }

        if (!IsPlain(id))
        {
            throw new DaprException(WorkflowErrors.InstanceIdInvalid(id));
        }

        if (name.Length == 0)
        {
            throw new DaprException(WorkflowErrors.NameMissing);
        }

        var started = new ExecutionStartedEvent
        {
            Name = name,
            Input = input,
            ScheduledStartTimestamp = StartTime(name, options),
            WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() },
        };
        var target = Engine(appId);
        var span = own.Runtime.Spans.Creating(started, call ?? Sidecar.Tracing.TraceContext.Off);
        var refusal = await target.CreateAsync(HistoryEvents.Started(own.Runtime.Now, started));
        if (refusal is not null)
        {
            span.Fail(refusal.Message);
        }
        span.End();
        if (refusal is null)
        {
            return id;
        }

        throw new DaprException(
            WorkflowErrors.Start(
                name,
                $"unable to start workflow: failed to start workflow: rpc error: code = {refusal.Status} desc = {refusal.Message}"
            )
        );
    }

    /// <summary>Null if there is no such instance: an error over HTTP, an empty answer over gRPC.</summary>
    public async Task<WorkflowInfo?> GetAsync(string instanceId, string? appId, CancellationToken cancellation) =>
        await Known(instanceId, appId).FindAsync(instanceId, cancellation) is { } state ? WorkflowInfo.Of(state) : null;

    public async Task RaiseEventAsync(string instanceId, string name, string? data, string? appId = null)
    {
        var target = Known(instanceId, appId);
        if (name.Length == 0)
        {
            throw new DaprException(WorkflowErrors.EventNameMissing);
        }

        ThrowIf(await target.RaiseEventAsync(instanceId, name, data), r => WorkflowErrors.RaiseEvent(instanceId, name, r));
    }

    public async Task TerminateAsync(string instanceId, string? appId = null) =>
        ThrowIf(await Known(instanceId, appId).TerminateAsync(instanceId, output: null, recursive: true), r =>
            WorkflowErrors.Terminate(instanceId, r)
        );

    public async Task PauseAsync(string instanceId, string? appId = null) =>
        ThrowIf(await Known(instanceId, appId).SuspendAsync(instanceId, reason: null), r => WorkflowErrors.Pause(instanceId, r));

    public async Task ResumeAsync(string instanceId, string? appId = null) =>
        ThrowIf(await Known(instanceId, appId).ResumeAsync(instanceId, reason: null), r => WorkflowErrors.Resume(instanceId, r));

    public async Task PurgeAsync(string instanceId, string? appId = null)
    {
        var (_, refusal) = await Known(instanceId, appId).PurgeAsync(instanceId, recursive: true, force: false);
        ThrowIf(refusal, r =>
            r == WorkflowRefusal.NotFound ? WorkflowErrors.NotFoundToPurge(instanceId) : WorkflowErrors.Purge(instanceId, r)
        );
    }

    private WorkflowEngine Known(string instanceId, string? appId)
    {
        var target = Engine(null);
        if (instanceId.Length == 0)
        {
            throw new DaprException(WorkflowErrors.InstanceIdMissing);
        }

        return string.IsNullOrEmpty(appId) ? target : Engine(appId);
    }

    private WorkflowEngine Engine(string? appId)
    {
        if (engine is null)
        {
            throw new DaprException(WorkflowErrors.NoActorStateStore);
        }

        if (string.IsNullOrEmpty(appId) || appId == engine.AppId)
        {
            return engine;
        }

        if (!IsPlain(appId))
        {
            throw new DaprException(WorkflowErrors.AppIdInvalid(appId));
        }

        return engine.Runtime.Peers.Find(appId) ?? throw new DaprException(WorkflowErrors.AppUnknown(appId));
    }

    private static bool IsPlain(string text) => text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-');

    private static Timestamp? StartTime(string name, IReadOnlyDictionary<string, string>? options)
    {
        if (options is null || !options.TryGetValue(StartTimeOption, out var given))
        {
            return null;
        }

        return DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
            ? Timestamp.FromDateTimeOffset(start)
            : throw new DaprException(
                WorkflowErrors.Start(name, """start times must be in RFC3339 format (e.g. "2009-11-10T23:00:00Z")""")
            );
    }

    private static void ThrowIf(WorkflowRefusal? refusal, Func<WorkflowRefusal, DaprError> error)
    {
        if (refusal is not null)
        {
            throw new DaprException(error(refusal));
        }
    }
}
