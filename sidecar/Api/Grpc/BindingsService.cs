using System.Text;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using Sidecar.Bindings;
using Sidecar.Failures;
using Sidecar.Http;
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
        var reply = await Of(context)
            .Blocks.Bindings.InvokeAsync(
                request.Name,
                new BindingCall(request.Operation, request.Data.Memory, MetadataOf(request, context)),
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

    /// <summary>
    /// The metadata of the request, completed by those of the call, whose trace and baggage replace the request's, and by the span. The API
    /// token is none of them.
    /// </summary>
    private static Dictionary<string, string> MetadataOf(InvokeBindingRequest request, ServerCallContext context)
    {
        var metadata = new Dictionary<string, string>(request.Metadata, StringComparer.Ordinal);
        foreach (var header in context.RequestHeaders.Where(header => !header.IsBinary && header.Key != InvocationHeaders.ApiToken))
        {
            if (header.Key is TraceContext.ParentHeader or TraceContext.StateHeader or Baggage.Header)
            {
                metadata[header.Key] = header.Value;
            }
            else
            {
                metadata.TryAdd(header.Key, header.Value);
            }
        }
        foreach (var (name, value) in TraceContext.Of(context.GetHttpContext()).Over([]))
        {
            metadata.TryAdd(name, value);
        }
        return metadata;
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
