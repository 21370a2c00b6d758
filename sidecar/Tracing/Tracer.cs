using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sidecar.Tracing;

/// <summary>
/// Starts the spans of one app's sidecar. The caller's sampling decision is kept; a new trace is sampled at the configured rate. Without a
/// rate and without an exporter, traces are passed on unchanged.
/// </summary>
internal sealed partial class Tracer : IDisposable
{
    /// <summary>The scope that daprd gives its spans.</summary>
    private const string Scope = "dapr-diagnostics";

    private readonly ActivitySource source = new(Scope);
    private readonly ActivityListener? listener;
    private readonly TraceExport? export;
    private readonly double rate;
    private readonly bool begins;

    public Tracer(string appId, TracingOptions options, ILoggerFactory loggers)
    {
        rate = options.Rate;
        var logger = loggers.CreateLogger<Tracer>();
        if (options.Zipkin)
        {
            LogZipkin(logger, appId);
        }
        if (options.Otel is { IsConfigured: true, Address: null } otel)
        {
            LogEndpoint(logger, appId, otel.Endpoint);
        }
        begins = options.Exports || options.SamplingRate is not null;
        if (begins)
        {
            LogSampler(logger, Sampler(rate));
        }
        if (!options.Exports)
        {
            return;
        }
        export = new TraceExport(appId, options, loggers);
        // By reference: the sources of all apps of this process have the same name, and each app exports its own spans only.
        listener = new ActivityListener
        {
            ShouldListenTo = other => ReferenceEquals(other, source),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = export.Add,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>A sampling rate of 0 switches tracing off altogether.</summary>
    public bool IsOff => rate == 0;

    /// <summary>True if sampled spans are exported.</summary>
    public bool Exports => listener is not null;

    /// <summary>Starts a span below <paramref name="caller"/>; null or zeros start a trace. The span gets its name later.</summary>
    public Span Start(ActivityKind kind, TraceContext? caller, DateTimeOffset begun = default)
    {
        if (IsOff)
        {
            return Span.Off;
        }
        if (!begins)
        {
            return caller is null ? Span.None : new Span(caller);
        }
        var parent = caller?.ToActivity() ?? default;
        var isRoot = parent == default;
        if (!(isRoot ? Random.Shared.NextDouble() < rate : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)))
        {
            return new Span(Next(parent, ActivityTraceFlags.None));
        }
        return listener is null ? new Span(Next(parent, ActivityTraceFlags.Recorded)) : Record(kind, parent, begun);
    }

    public void Dispose()
    {
        listener?.Dispose();
        export?.Dispose();
        source.Dispose();
    }

    /// <summary>A span under an id that was given out before: a workflow's, which outlives the process that began it.</summary>
    public Span Resume(ActivityKind kind, TraceContext caller, ActivitySpanId id, DateTimeOffset begun)
    {
        var parent = caller.ToActivity();
        if (listener is null || IsOff || !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
        {
            return Span.Off;
        }
        var activity = Begin(kind, parent, begun);
        IdOf(activity) = id.ToHexString();
        return new Span(new TraceContext(activity.Id!, caller.State), activity);
    }

    private Span Record(ActivityKind kind, ActivityContext parent, DateTimeOffset begun)
    {
        var activity = Begin(kind, parent, begun);
        return new Span(new TraceContext(activity.Id!, activity.TraceStateString ?? ""), activity);
    }

    private Activity Begin(ActivityKind kind, ActivityContext parent, DateTimeOffset begun)
    {
        // The web server may have its own activity, which belongs to no trace; and no other code may use this one as its parent.
        var before = Activity.Current;
        Activity.Current = null;
        try
        {
            return source.StartActivity("", kind, parent, startTime: begun)!;
        }
        finally
        {
            Activity.Current = before;
        }
    }

    private static TraceContext Next(ActivityContext parent, ActivityTraceFlags flags)
    {
        var trace = parent == default ? ActivityTraceId.CreateRandom() : parent.TraceId;
        return new TraceContext(
            $"00-{trace.ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-{(int)flags:x2}",
            parent.TraceState ?? ""
        );
    }

    /// <summary>There is no other way to give an activity its id; a test fails should the runtime ever rename the field.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? IdOf(Activity activity);

    private static string Sampler(double rate)
    {
        var root = $"TraceIDRatioBased{{{rate.ToString(CultureInfo.InvariantCulture)}}}";
        return $"ParentBased{{root:{root},remoteParentSampled:AlwaysOnSampler,remoteParentNotSampled:AlwaysOffSampler,"
            + $"localParentSampled:AlwaysOnSampler,localParentNotSampled:AlwaysOffSampler}}";
    }

    [LoggerMessage(1801, LogLevel.Information, "Dapr trace sampler initialized: {Sampler}")]
    private static partial void LogSampler(ILogger logger, string sampler);

    [LoggerMessage(
        1804,
        LogLevel.Warning,
        "spec.tracing.zipkin has no effect for app {AppId}: spans are sent by OTLP only; name a collector in spec.tracing.otel"
    )]
    private static partial void LogZipkin(ILogger logger, string appId);

    [LoggerMessage(
        1805,
        LogLevel.Warning,
        "Spans of app {AppId} are not sent: '{Endpoint}' is no address of a collector; give host and port, such as collector:4317"
    )]
    private static partial void LogEndpoint(ILogger logger, string appId, string endpoint);
}
