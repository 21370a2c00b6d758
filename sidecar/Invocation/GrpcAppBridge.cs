using System.Text.Json;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Tracing;

namespace Sidecar.Invocation;

/// <summary>Sends an HTTP call to a gRPC app as <c>OnInvoke</c>, and returns its status as HTTP.</summary>
internal static class GrpcAppBridge
{
    private static readonly HashSet<string> Hop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "Transfer-Encoding",
        "Upgrade",
        "TE",
        "Host",
        "Content-Length",
    };

    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Quotes in messages stay readable; the answer is never part of a page.</summary>
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task SendAsync(HttpContext context, ILocalApp callee, InvocationTarget target, string caller, TraceContext trace)
    {
        var form = context.Features.Get<GrpcForm>();
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context
            .Request.Headers.Where(header =>
                !Hop.Contains(header.Key) && !InvocationHeaders.Drops(header.Key, caller, callee.Options.AppId)
            )
            .Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))
            .Concat(InvocationHeaders.Of(caller, callee.Options.AppId, CallerNamespace.Of(context)))
            .ToList();
        var call = new InvocationCall(
            context.Request.Method,
            target.Method,
            context.Request.QueryString.Value ?? "",
            context.Request.ContentType,
            body.ToArray(),
            headers
        )
        {
            Trace = trace,
            TypeUrl = form?.TypeUrl ?? "",
        };
        try
        {
            var reply = await callee.Channel!.InvokeAsync(call, context.RequestAborted);
            context.Response.StatusCode = 200;
            context.Response.ContentType = string.IsNullOrEmpty(reply.ContentType) ? Sniffed(reply) : reply.ContentType;
            foreach (
                var (name, value) in reply.Headers.Where(header =>
                    !Hop.Contains(header.Key) && !header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)
                )
            )
            {
                context.Response.Headers.Append(name, value);
            }
            if (form is not null)
            {
                context.Response.ContentType = reply.ContentType;
                GrpcForm.WriteType(context.Response, reply.TypeUrl ?? "");
            }
            await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
        }
        catch (RpcException e) when (!context.Response.HasStarted)
        {
            if (form is not null)
            {
                GrpcForm.WriteStatus(context.Response, e.Status);
            }
            await WriteStatusAsync(context, e.Status);
        }
    }

    /// <summary>
    /// The content type that Go's web server gives an answer without one: packed messages by name, text or bytes by control characters.
    /// </summary>
    private static string? Sniffed(InvocationReply reply) =>
        reply.Body.IsEmpty ? null
        : !string.IsNullOrEmpty(reply.TypeUrl) ? "application/x-protobuf"
        : reply.Body.Span.ContainsAnyInRange((byte)0, (byte)8) ? "application/octet-stream"
        : PlainText;

    /// <summary>Writes the app's gRPC status as JSON, under the HTTP status of its code.</summary>
    private static async Task WriteStatusAsync(HttpContext context, Status status)
    {
        context.Response.StatusCode = StatusMapping.ToHttp(status.StatusCode);
        context.Response.ContentType = PlainText;
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Readable);
        json.WriteStartObject();
        json.WriteNumber("code", (int)status.StatusCode);
        if (status.Detail.Length > 0)
        {
            json.WriteString("message", status.Detail);
        }
        json.WriteEndObject();
    }
}
