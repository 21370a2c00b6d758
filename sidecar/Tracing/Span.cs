using System.Diagnostics;

namespace Sidecar.Tracing;

/// <summary>
/// A span of a trace: its context, and, if it is sampled and exported, its attributes. Otherwise all members but <see cref="Context"/> do
/// nothing.
/// </summary>
internal sealed class Span(TraceContext context, Activity? activity = null)
{
    public static readonly Span Off = new(TraceContext.Off);
    public static readonly Span None = new(TraceContext.None);

    public TraceContext Context => context;

    /// <summary>True if the span is recorded, so that names and attributes are worth computing.</summary>
    public bool IsRecorded => activity is not null;

    /// <summary>The span of the API call that is being answered.</summary>
    public static Span Of(HttpContext context) => context.Features.Get<Span>() ?? Off;

    public void Name(string name) => activity?.DisplayName = name;

    /// <summary>Empty values are left out, as daprd leaves them out.</summary>
    public void Tag(string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            activity?.SetTag(key, value);
        }
    }

    public void Tag(string key, long value) => activity?.SetTag(key, value);

    /// <summary>An empty list is left out.</summary>
    public void Tag(string key, string[] values)
    {
        if (values.Length > 0)
        {
            activity?.SetTag(key, values);
        }
    }

    public void Event(string name, DateTimeOffset at, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        activity?.AddEvent(new ActivityEvent(name, at, new ActivityTagsCollection(tags.ToArray())));

    public void Fail(string reason) => activity?.SetStatus(ActivityStatusCode.Error, reason);

    /// <summary>Records the failure; always true, for exception filters.</summary>
    public bool RecordException(Exception failure)
    {
        Fail(failure.Message);
        return true;
    }

    public void End() => activity?.Stop();
}
