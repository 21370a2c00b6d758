using System.Text;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using Sidecar.Bindings;
using Sidecar.Failures;
using Sidecar.Tracing;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>Output bindings over gRPC.</summary>
[BindServiceMethod(typeof(BindingsService), nameof(Bind))]
internal class BindingsService
{
    public static void Bind(ServiceBinderBase binder, BindingsService service)
    {
        Unary<InvokeBindingRequest, InvokeBindingResponse>(binder, nameof(InvokeBinding));
    }

    public virtual async Task<InvokeBindingResponse> InvokeBinding(InvokeBindingRequest request, ServerCallContext context)
    {
        var metadata = TraceContext.Of(context.GetHttpContext()).Over(request.Metadata);
        if (context.GetHttpContext().Request.Headers[Baggage.Header].ToString() is { Length: > 0 } baggage)
        {
            metadata[Baggage.Header] = baggage;
        }
        var reply = await Of(context)
            .Blocks.Bindings.InvokeAsync(
                request.Name,
                new BindingCall(request.Operation, request.Data.Memory, metadata),
                context.CancellationToken
            );
        await context.WriteResponseHeadersAsync(HeadersOf(reply));
        if (reply.Failure is { } failure)
        {
            throw BindingErrors.OutputFailed(request.Name, failure);
        }
        var response = new InvokeBindingResponse { Data = UnsafeByteOperations.UnsafeWrap(reply.Data) };
        response.Metadata.Add(new Dictionary<string, string>(reply.Metadata));
        return response;
    }

    /// <summary>The metadata of the binding's answer; callers receive it even if the call failed.</summary>
    private static Metadata HeadersOf(BindingReply reply)
    {
        var headers = new Metadata();
        foreach (var (name, value) in reply.Metadata.Where(item => IsPrintable(item.Key) && IsPrintable(item.Value)))
        {
            headers.Add($"metadata.{name.ToLowerInvariant()}", value);
        }
        return headers;
    }

    /// <summary>True for text that a gRPC header may contain. An SQL statement of several lines, for example, is none.</summary>
    private static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
