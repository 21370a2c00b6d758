namespace Sidecar.Bindings;

/// <summary>A component that calls an external system for an app.</summary>
internal interface IOutputBinding : IAsyncDisposable
{
    IReadOnlyList<string> Operations { get; }

    Task<BindingReply> InvokeAsync(BindingCall call, CancellationToken cancellation);
}

internal sealed record BindingCall(string Operation, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

/// <summary>An answer. <paramref name="Failure"/> is set if the call failed; the caller gets the other values all the same.</summary>
internal sealed record BindingReply(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata, string? Failure = null)
{
    /// <summary>The operation has no answer: 204 over HTTP.</summary>
    public static readonly BindingReply None = new(default, new Dictionary<string, string>());
}
