using System.Globalization;
using System.Text;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Tracing;
using static Sidecar.Api.Grpc.DaprService;
using Metadata = Grpc.Core.Metadata;

namespace Sidecar.Api.Grpc;

/// <summary>Service invocation over gRPC.</summary>
[BindServiceMethod(typeof(InvocationService), nameof(Bind))]
internal class InvocationService
{
    public static void Bind(ServiceBinderBase binder, InvocationService service)
    {
        Unary<InvokeServiceRequest, InvokeResponse>(binder, nameof(InvokeService));
    }

    public virtual async Task<InvokeResponse> InvokeService(InvokeServiceRequest request, ServerCallContext context)
    {
        var message = request.Message ?? new InvokeRequest();
        var verb = message.HttpExtension?.Verb ?? default;
        var call = new InvocationCall(
            verb == default ? "POST" : verb.ToString().ToUpperInvariant(),
            message.Method,
            message.HttpExtension?.Querystring ?? "",
            message.ContentType is { Length: > 0 } type ? type : null,
            message.Data?.Value.Memory ?? default,
            [.. context.RequestHeaders.Where(Passes).Select(header => KeyValuePair.Create(header.Key, header.Value)), .. Given(context)]
        )
        {
            Trace = TraceContext.Of(context.GetHttpContext()),
            TypeUrl = message.Data?.TypeUrl ?? "",
            VerbProblem =
                message.HttpExtension is null ? "missing HTTP extension field"
                : verb is default(HTTPExtension.Types.Verb) or HTTPExtension.Types.Verb.Connect ? "invalid HTTP verb"
                : null,
        };
        var reply = await Of(context).Blocks.Invoker.InvokeAsync(request.Id, call, context.CancellationToken);
        var headers = new Metadata();
        foreach (var (name, value) in reply.Headers)
        {
            if (!IsOfTransfer(name))
            {
                // A header that gRPC cannot send is left out.
                GrpcHeaders.Add(headers, reply.TypeUrl is null ? GrpcHeaders.NameOf(name) : name.ToLowerInvariant(), value);
            }
        }
        if (reply.TypeUrl is null)
        {
            headers.Add("dapr-http-status", reply.Status.ToString(CultureInfo.InvariantCulture));
        }
        await context.WriteResponseHeadersAsync(headers);
        if (reply.Status is < 200 or > 299)
        {
            throw GrpcEdge.HttpFailure(reply.Status, Encoding.UTF8.GetString(reply.Body.Span));
        }
        return new InvokeResponse
        {
            ContentType = reply.ContentType ?? "",
            Data = new Any { TypeUrl = reply.TypeUrl ?? "", Value = UnsafeByteOperations.UnsafeWrap(reply.Body) },
        };
    }

    /// <summary>Describes the transfer from the app, which has ended.</summary>
    private static bool IsOfTransfer(string name) =>
        name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || HopByHopHeaders.Contains(name);

    /// <summary>
    /// Passes a trace in gRPC's own format on to the app; a trace in HTTP's format has become that of the sidecar's span. Without tracing
    /// the trace is passed on unchanged.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, string>> Given(ServerCallContext context)
    {
        var headers = context.GetHttpContext().Request.Headers;
        var given =
            Of(context).Tracer.IsOff
                ? TraceContext.Parse(headers[TraceContext.ParentHeader].ToString(), headers[TraceContext.StateHeader].ToString())
            : headers[TraceContext.BinaryHeader].ToString() is { Length: > 0 } coded ? TraceContext.FromBinary(coded)
            : null;
        return given is null ? []
            : given.State.Length > 0
                ? [KeyValuePair.Create(TraceContext.ParentHeader, given.Parent), KeyValuePair.Create(TraceContext.StateHeader, given.State)]
            : [KeyValuePair.Create(TraceContext.ParentHeader, given.Parent)];
    }

    private static bool Passes(Metadata.Entry header) =>
        !header.IsBinary
        && header.Key
            is not (
                TraceContext.ParentHeader
                or TraceContext.StateHeader
                or "dapr-api-token"
                or "content-type"
                or "te"
                or "grpc-accept-encoding"
                or "grpc-timeout"
                or "user-agent"
                or "host"
                or "content-length"
            );
}
