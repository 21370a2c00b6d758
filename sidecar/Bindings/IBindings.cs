using Sidecar.Components;
using Sidecar.Tracing;

namespace Sidecar.Bindings;

/// <summary>A component that calls something outside on an app's behalf.</summary>
internal interface IOutputBinding : IAsyncDisposable
{
    IReadOnlyList<string> Operations { get; }

    Task<BindingReply> InvokeAsync(BindingCall call, CancellationToken cancellation);
}

/// <summary>A component that tells an app of something outside.</summary>
internal interface IInputBinding : IAsyncDisposable
{
    /// <summary>Calls <paramref name="handler"/> for every event until the result is disposed, which waits for those under way.</summary>
    IAsyncDisposable Start(BindingHandler handler);
}

internal sealed record BindingCall(string Operation, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

/// <summary>An answer. <paramref name="Failure"/> is set when the call failed; the rest is told to the caller all the same.</summary>
internal sealed record BindingReply(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata, string? Failure = null);

internal sealed record BindingEvent(string Name, string Route, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata)
{
    public TraceContext Trace { get; init; } = TraceContext.Off;
}

internal delegate Task BindingHandler(
    ReadOnlyMemory<byte> data,
    IReadOnlyDictionary<string, string> metadata,
    CancellationToken cancellation
);

/// <summary>
/// A binding as one app sees it. <paramref name="Route"/> is where its events go; <paramref name="Declared"/>: the component says by
/// <c>direction</c> that it brings events, so the app is not asked.
/// </summary>
internal sealed record BindingComponent(string Name, string Route, bool Declared, IInputBinding? Input, IOutputBinding? Output) : IComponent
{
    public async ValueTask DisposeAsync()
    {
        await (Input?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Output?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

/// <summary>The side of an app that takes events of bindings.</summary>
internal interface IBindingReceiver
{
    /// <summary>Whether the app wants the events of a binding.</summary>
    Task<bool> TakesAsync(string name, string route, CancellationToken cancellation);

    /// <exception cref="BindingException">The app did not take the event.</exception>
    Task<BindingAnswer> SendAsync(BindingEvent happened, CancellationToken cancellation);
}

/// <summary>What an app answers to an event: data for further output bindings, all at once or one after the other.</summary>
internal sealed record BindingAnswer(IReadOnlyList<string> To, ReadOnlyMemory<byte> Data, bool Parallel)
{
    public static readonly BindingAnswer Nothing = new([], default, false);
}

/// <summary>An app did not take an event.</summary>
internal sealed class BindingException(string message) : Exception(message);
