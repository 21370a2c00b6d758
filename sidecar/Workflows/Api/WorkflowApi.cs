using System.Text;
using System.Text.Unicode;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Failures;
using Sidecar.Go;
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
    private const int MaxInstanceIdLength = 64; // in bytes
    private const int StartRetries = 3;
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Returns the instance id, generated if none is given. A failed start is repeated as daprd's built-in policy does
    /// (<c>DaprBuiltInActorRetries</c>): an id is free again if its instance ends meanwhile.
    /// </summary>
    public async Task<string> StartAsync(
        string name,
        string? instanceId,
        byte[] input,
        IReadOnlyDictionary<string, string>? options = null,
        Tracing.TraceContext? call = null,
        CancellationToken cancellation = default
    )
    {
        var own = Engine();
        var id = string.IsNullOrEmpty(instanceId) ? Guid.NewGuid().ToString() : instanceId;
        if (Encoding.UTF8.GetByteCount(id) > MaxInstanceIdLength)
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

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, own.Runtime.Drain.Stopping);
        for (var attempt = 0; await TryStartAsync(own, name, id, input, options, call ?? Tracing.TraceContext.Off) is { } reason; attempt++)
        {
            if (attempt == StartRetries || own.Runtime.Drain.IsStopping)
            {
                throw new DaprException(WorkflowErrors.Start(name, reason));
            }
            await Task.Delay(StartPause, own.Runtime.Clock, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
        return id;
    }

    /// <summary>Null if there is no such instance: an error over HTTP, an empty answer over gRPC.</summary>
    public async Task<GetWorkflowResponse?> GetAsync(string instanceId, CancellationToken cancellation) =>
        await Known(instanceId).FindAsync(instanceId, cancellation) is { } state ? WorkflowInfo.Of(state) : null;

    public async Task RaiseEventAsync(string instanceId, string name, byte[]? data)
    {
        var target = Known(instanceId);
        if (name.Length == 0)
        {
            throw new DaprException(WorkflowErrors.EventNameMissing);
        }

        var refusal =
            data is null ? await target.RaiseEventAsync(instanceId, name, input: null)
            : TextOf(data) is { } text ? await target.RaiseEventAsync(instanceId, name, text)
            : WorkflowRefusal.InvalidText;
        ThrowIf(refusal, r => WorkflowErrors.RaiseEvent(instanceId, name, r));
    }

    public async Task TerminateAsync(string instanceId) =>
        ThrowIf(await Known(instanceId).TerminateAsync(instanceId, output: null, recursive: true), r =>
            WorkflowErrors.Terminate(instanceId, r)
        );

    public async Task PauseAsync(string instanceId) =>
        ThrowIf(await Known(instanceId).SuspendAsync(instanceId, reason: null), r => WorkflowErrors.Pause(instanceId, r));

    public async Task ResumeAsync(string instanceId) =>
        ThrowIf(await Known(instanceId).ResumeAsync(instanceId, reason: null), r => WorkflowErrors.Resume(instanceId, r));

    public async Task PurgeAsync(string instanceId)
    {
        var (_, refusal) = await Known(instanceId).PurgeAsync(instanceId, recursive: true, force: false);
        ThrowIf(refusal, r => WorkflowErrors.Purge(instanceId, r));
    }

    /// <summary>Null once the instance is started, otherwise the reason.</summary>
    private static async Task<string?> TryStartAsync(
        WorkflowEngine engine,
        string name,
        string id,
        byte[] input,
        IReadOnlyDictionary<string, string>? options,
        Tracing.TraceContext call
    )
    {
        var started = new ExecutionStartedEvent
        {
            Name = name,
            WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() },
        };
        if (options is not null && options.TryGetValue(StartTimeOption, out var given))
        {
            if (GoTime.Parse(given) is not { } start)
            {
                return """start times must be in RFC3339 format (e.g. "2009-11-10T23:00:00Z")""";
            }
            started.ScheduledStartTimestamp = Timestamp.FromDateTimeOffset(start);
        }

        const string context = "unable to start workflow: failed to start workflow: ";
        if (TextOf(input) is not { } text)
        {
            return $"{context}failed to marshal CreateWorkflowInstanceRequest: {WorkflowRefusal.InvalidText.Message}";
        }
        started.Input = text;

        var span = engine.Runtime.Spans.Creating(started, version: null, call);
        var refusal = await engine.CreateAsync(HistoryEvents.Started(engine.Runtime.Now, started));
        if (refusal is not null)
        {
            span.Fail(refusal.Message);
        }
        span.End();
        return refusal is null ? null : context + refusal.AsRpcError().Message;
    }

    private WorkflowEngine Known(string instanceId)
    {
        var target = Engine();
        return instanceId.Length > 0 ? target : throw new DaprException(WorkflowErrors.InstanceIdMissing);
    }

    private WorkflowEngine Engine() => engine ?? throw new DaprException(WorkflowErrors.NoActorStateStore);

    private static bool IsPlain(string text) =>
        text.EnumerateRunes().All(rune => Rune.IsLetter(rune) || Rune.IsDigit(rune) || rune.Value is '_' or '-');

    /// <summary>Null if the bytes are no UTF-8: Go refuses to encode an event with such a text.</summary>
    private static string? TextOf(byte[] bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static void ThrowIf(WorkflowRefusal? refusal, Func<WorkflowRefusal, DaprError> error)
    {
        if (refusal is not null)
        {
            throw new DaprException(error(refusal));
        }
    }
}
