using Sidecar.Components;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.Bindings;

/// <summary>A component that triggers an app with external events.</summary>
internal interface IInputBinding : IAsyncDisposable
{
    /// <summary>Calls <paramref name="handler"/> for every event until the result is disposed, which waits for running calls.</summary>
    IAsyncDisposable Start(BindingHandler handler);
}

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
/// A binding for one app. <paramref name="Route"/> receives its events. <paramref name="Declared"/> is true if the component declares by
/// <c>direction</c> that it is an input binding; the app is then not queried.
/// </summary>
internal sealed record BindingComponent(string Name, string Route, bool Declared, IInputBinding? Input, IOutputBinding? Output) : IComponent
{
    public async ValueTask DisposeAsync()
    {
        await (Input?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Output?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

/// <summary>The receiver of a binding's events in an app.</summary>
internal interface IBindingReceiver
{
    /// <summary>True if the app handles the events of a binding.</summary>
    Task<bool> TakesAsync(string name, string route, CancellationToken cancellation);

    /// <exception cref="BindingException">A gRPC app refused the event.</exception>
    Task<BindingAnswer> SendAsync(BindingEvent @event, CancellationToken cancellation);
}

/// <summary>The app's answer to an event: data for further output bindings, in parallel or in sequence.</summary>
internal sealed record BindingAnswer(IReadOnlyList<string> To, ReadOnlyMemory<byte> Data, bool Parallel) : IFallible
{
    /// <summary>The status of an HTTP app's answer. A policy counts any other than 200 as a failure, as in daprd.</summary>
    public int Status { get; init; } = 200;

    bool IFallible.Failed => Status != 200;

    int? IFallible.Code => Status;

    public static BindingAnswer Of(int status) => new([], default, false) { Status = status };
}

/// <summary>The app refused an event.</summary>
internal sealed class BindingException(string message) : Exception(message);
