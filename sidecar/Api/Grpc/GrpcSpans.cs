using System.Diagnostics;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Sidecar.Http;
using Sidecar.Tracing;

namespace Sidecar.Api.Grpc;

/// <summary>The attributes of the gRPC API's spans, by the request message.</summary>
internal sealed class GrpcSpans : Interceptor
{
    private const string Runtime = "/dapr.proto.runtime.";
    private const string TaskHub = "/TaskHubSidecarService/";
    private const string Invocation = "/dapr.proto.runtime.v1.Dapr/InvokeService";

    private static readonly string[] TaskHubStreams = ["GetWorkItems", "StreamInstanceHistory"];

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        if (Span.Of(context.GetHttpContext()) is { IsRecorded: true } span)
        {
            Describe(request, context.Method, span);
        }
        return continuation(request, context);
    }

    /// <summary>Apps are clients of the API; workers, and callers of the own app, are served.</summary>
    public static ActivityKind KindOf(HttpContext context, string appId)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith(TaskHub, StringComparison.Ordinal))
        {
            return TaskHubStreams.Contains(path[TaskHub.Length..]) ? ActivityKind.Server : ActivityKind.Client;
        }
        return !path.StartsWith(Runtime, StringComparison.Ordinal) && InvocationHeaders.ProxyTarget(context.Request.Headers) == appId
            ? ActivityKind.Server
            : ActivityKind.Client;
    }

    public static bool ReturnsTraceContext(string path) =>
        path != Invocation && (path.StartsWith(Runtime, StringComparison.Ordinal) || path.StartsWith(TaskHub, StringComparison.Ordinal));

    /// <summary>Sets the attributes that every call has at its end.</summary>
    public static void Describe(HttpContext context, Span span)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith(Invocation, StringComparison.Ordinal))
        {
            span.Name(path);
        }
        if (path.StartsWith(Runtime, StringComparison.Ordinal) || path.StartsWith(TaskHub, StringComparison.Ordinal))
        {
            span.Tag(SpanTags.Protocol, "grpc");
            span.Tag(SpanTags.Api, path);
        }
        if (GrpcStatusAnswer.CodeOf(context) != 0)
        {
            span.Fail(GrpcStatusAnswer.MessageOf(context));
        }
    }

    private static void Describe(object request, string method, Span span)
    {
        switch (request)
        {
            case InvokeServiceRequest invoke:
                SpanTags.Invocation(span, invoke.Id, invoke.Message?.Method ?? "");
                return;
            case PublishEventRequest publish:
                SpanTags.Topic(span, publish.Topic);
                break;
            case BulkPublishRequest publish:
                SpanTags.Topic(span, publish.Topic);
                break;
            case InvokeBindingRequest binding:
                SpanTags.Store(span, "bindings", binding.Name, method);
                break;
            case GetStateRequest state:
                SpanTags.Store(span, "state", state.StoreName, method);
                break;
            case SaveStateRequest state:
                SpanTags.Store(span, "state", state.StoreName, method);
                break;
            case DeleteStateRequest state:
                SpanTags.Store(span, "state", state.StoreName, method);
                break;
            case GetSecretRequest secret:
                SpanTags.Store(span, "secrets", secret.StoreName, method);
                break;
            default:
                return;
        }
        span.Tag(SpanTags.RpcService, SpanTags.DaprService);
    }
}
