using System.Diagnostics;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Tracing;

namespace Sidecar.Invocation;

/// <summary>The checks and the span of a call on the callee's side, the same for HTTP and gRPC.</summary>
internal static class Callee
{
    public static void DemandAllowed(ILocalApp callee, InvocationTarget target, string callerId, string verb)
    {
        if (Denial(callee, target, callerId, verb) is { } denial)
        {
            throw InvocationErrors.AccessDenied(target.Id, denial);
        }
    }

    public static void DemandHealthy(ILocalApp callee, InvocationTarget target)
    {
        if (callee.Options.AppHealthCheck && !callee.AppIsHealthy)
        {
            throw InvocationErrors.InvokeFailed(target.Id, StatusCode.Internal, "app is not in a healthy state");
        }
    }

    /// <summary>The reason why access control denies the call; null if it is allowed. An app may always call itself, as in daprd.</summary>
    public static string? Denial(ILocalApp callee, InvocationTarget target, string callerId, string verb) =>
        callerId == callee.Options.AppId || callee.Access.Allows(callerId, target.Method, verb)
            ? null
            : $"access control policy has denied access to id: {callee.Configuration.SpiffeId(callerId)} operation: "
                + $"{target.Method} verb: {verb.ToUpperInvariant()}";

    public static AppClient Client(ILocalApp callee, InvocationTarget target, string callerId) =>
        callee.Client
        ?? throw (
            callerId == callee.Options.AppId
                ? InvocationErrors.InvokeFailed(target.Id, "cannot invoke local endpoint: app channel not initialized")
                : InvocationErrors.InvokeFailed(target.Id, StatusCode.Internal, "app channel is not initialized")
        );

    /// <summary>Starts the span of the callee's sidecar. An app that calls itself has one sidecar only, whose span continues.</summary>
    public static Span StartSpan(ILocalApp callee, InvocationTarget target, string callerId, TraceContext trace)
    {
        if (callerId == callee.Options.AppId)
        {
            return new Span(trace);
        }
        var span = callee.Tracer.Start(ActivityKind.Server, trace);
        if (span.IsRecorded)
        {
            span.Name($"CallLocal/{callee.Options.AppId}/{target.Method}");
            span.Tag(SpanTags.RpcService, SpanTags.ServiceInvocation);
            span.Tag(SpanTags.InvokedMethod, target.Method);
            span.Tag(SpanTags.Protocol, "grpc");
            span.Tag(SpanTags.Api, "/dapr.proto.internals.v1.ServiceInvocation/CallLocalStream");
        }
        return span;
    }
}
