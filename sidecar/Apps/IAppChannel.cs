using Sidecar.Bindings;
using Sidecar.Failures;
using Sidecar.Jobs;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.Apps;

/// <summary>The channel from a sidecar to its app, in the app's protocol.</summary>
internal interface IAppChannel : IEventReceiver, IBindingReceiver, IJobReceiver
{
    /// <summary>Reads the app's programmatic subscriptions; empty if it has none.</summary>
    Task<IReadOnlyList<TopicSubscription>> GetSubscriptionsAsync(CancellationToken cancellation);

    /// <summary>True if the app reports that it is healthy; false if not, or if it cannot be reached.</summary>
    Task<bool> ProbeAsync(CancellationToken cancellation);

    Task<InvocationReply> InvokeAsync(InvocationCall call, CancellationToken cancellation);
}

/// <summary>A call of one of the app's methods, independent of the transport. <paramref name="Method"/> has no leading slash.</summary>
internal sealed record InvocationCall(
    string Verb,
    string Method,
    string QueryString,
    string? ContentType,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<KeyValuePair<string, string>> Headers
)
{
    /// <summary>The trace context of the call; sent to the app unless <see cref="Headers"/> contain one.</summary>
    public TraceContext Trace { get; init; } = TraceContext.Off;

    /// <summary>The reason why an HTTP app can't be called; a gRPC app needs no verb.</summary>
    public string? VerbProblem { get; init; }

    /// <summary>The type of the data of a call over gRPC, for gRPC apps.</summary>
    public string TypeUrl { get; init; } = "";
}

/// <summary>The app's answer in HTTP terms; <paramref name="TypeUrl"/> is set by gRPC apps.</summary>
internal sealed record InvocationReply(
    int Status,
    string? ContentType,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    string? TypeUrl = null
) : IFallible
{
    /// <summary>The HTTP status, or the gRPC code of a gRPC app.</summary>
    public int AppStatus => TypeUrl is null ? Status : 0;

    /// <summary>True for answers that retries and circuit breakers count: HTTP statuses that are neither success nor redirection.</summary>
    bool IFallible.Failed => TypeUrl is null && Status is < 200 or > 399;

    /// <summary>Calls over gRPC fail with gRPC codes, whatever the app's protocol.</summary>
    int? IFallible.Code => (int)StatusMapping.ToGrpc(Status);
}
