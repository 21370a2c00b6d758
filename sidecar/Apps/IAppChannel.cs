using Sidecar.Bindings;
using Sidecar.Failures;
using Sidecar.Jobs;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.Apps;

/// <summary>The way from a sidecar to its app, over the protocol the app speaks.</summary>
internal interface IAppChannel : IEventReceiver, IBindingReceiver, IJobReceiver
{
    /// <summary>What the app subscribes to in code; empty when it does not.</summary>
    Task<IReadOnlyList<TopicSubscription>> GetSubscriptionsAsync(CancellationToken cancellation);

    /// <summary>Whether the app says it is well; false also when it can't be reached.</summary>
    Task<bool> ProbeAsync(CancellationToken cancellation);

    Task<InvocationReply> InvokeAsync(InvocationCall call, CancellationToken cancellation);
}

/// <summary>A call of one of the app's methods, free of transport. <paramref name="Method"/> has no leading slash.</summary>
internal sealed record InvocationCall(
    string Verb,
    string Method,
    string QueryString,
    string? ContentType,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<KeyValuePair<string, string>> Headers
)
{
    /// <summary>Where the call stands in a trace; the app sees it unless <see cref="Headers"/> bring one along.</summary>
    public TraceContext Trace { get; init; } = TraceContext.Off;
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
    /// <summary>What retries and circuit breakers count: HTTP answers that are neither success nor redirection.</summary>
    bool IFallible.Failed => TypeUrl is null && Status is < 200 or > 399;

    /// <summary>Calls over gRPC fail with gRPC codes, whatever the app speaks.</summary>
    int? IFallible.Code => (int)StatusMapping.ToGrpc(Status);
}
