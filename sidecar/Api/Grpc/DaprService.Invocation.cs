using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Invocation;
using Metadata = Grpc.Core.Metadata;
using Status = Grpc.Core.Status;

namespace Sidecar.Api.Grpc;

internal partial class DaprService
{
    public virtual async Task<InvokeResponse> InvokeService(InvokeServiceRequest request, ServerCallContext context)
    {
        if (request.Message is not { } message)
        {
            throw DaprErrors.Malformed("the message to invoke with is missing");
        }
        var verb = message.HttpExtension?.Verb ?? default;
        var call = new InvocationCall(
            verb == default ? "POST" : verb.ToString().ToUpperInvariant(),
            message.Method,
            message.HttpExtension?.Querystring ?? "",
            message.ContentType is { Length: > 0 } type ? type : null,
            message.Data?.Value.Memory ?? default,
            [.. context.RequestHeaders.Where(Passes).Select(header => KeyValuePair.Create(header.Key, header.Value))]);
        var reply = await Of(context).Invoker.InvokeAsync(request.Id, call, context.CancellationToken);
        var headers = new Metadata();
        foreach (var (name, value) in reply.Headers.Where(header => IsAscii(header.Value)))
        {
            headers.Add(name.ToLowerInvariant() is "content-length" or "content-type" or "transfer-encoding" or "date" or "server" ? "dapr-" + name.ToLowerInvariant() : name.ToLowerInvariant(), value);
        }
        await context.WriteResponseHeadersAsync(headers);
        if (reply.Status is < 200 or > 299)
        {
            throw Failure(reply);
        }
        return new InvokeResponse
        {
            ContentType = reply.ContentType ?? "",
            Data = new Any { TypeUrl = reply.TypeUrl ?? "", Value = UnsafeByteOperations.UnsafeWrap(reply.Body) },
        };
    }

    /// <summary>An app's HTTP error as Dapr's SDKs read it: mapped code, and status and body in the ErrorInfo detail.</summary>
    private static RpcException Failure(InvocationReply reply)
    {
        var code = StatusMapping.ToGrpc(reply.Status);
        var body = reply.Body.Length == 0 ? "" : System.Text.Encoding.UTF8.GetString(reply.Body.Span);
        var message = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(reply.Status);
        var info = new ErrorInfo { Domain = "dapr.io" };
        info.Metadata["http.code"] = reply.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        info.Metadata["http.error_message"] = body;
        var detail = new Google.Rpc.Status { Code = (int)code, Message = message };
        detail.Details.Add(Any.Pack(info));
        return new RpcException(new Status(code, message), new Metadata { { "grpc-status-details-bin", detail.ToByteArray() } });
    }

    private static bool Passes(Metadata.Entry header)
        => !header.IsBinary && header.Key is not ("dapr-api-token" or "content-type" or "te" or "grpc-accept-encoding" or "grpc-timeout" or "user-agent" or "host" or "content-length");

    private static bool IsAscii(string value) => value.All(c => c is >= ' ' and <= '~');
}
