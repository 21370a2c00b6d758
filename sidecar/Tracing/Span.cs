using System.Diagnostics;

namespace Sidecar.Tracing;

/// <summary>
/// A piece of work in a trace: what it passes on, and, where it is sampled and somebody exports it, what is told of it. Everything but
/// <see cref="Context"/> does nothing otherwise.
/// </summary>
internal sealed class Span(TraceContext context, Activity? activity = null)
{
    public static readonly Span Off = new(TraceContext.Off);
    public static readonly Span None = new(TraceContext.None);

    public TraceContext Context => context;

    /// <summary>Whether it is worth the while to find names and attributes.</summary>
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

    public void Event(string name, DateTimeOffset at, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        activity?.AddEvent(new ActivityEvent(name, at, new ActivityTagsCollection(tags.ToArray())));

    public void Fail(string reason) => activity?.SetStatus(ActivityStatusCode.Error, reason);

    /// <summary>For exception filters: notes the failure, and is always true.</summary>
    public bool RecordException(Exception failure)
    {
        Fail(failure.Message);
        return true;
    }

    public void End() => activity?.Stop();
}
