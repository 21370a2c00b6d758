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
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Quotes in messages stay readable; the answer is never part of a page.</summary>
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task SendAsync(HttpContext context, ILocalApp callee, InvocationTarget target, string caller, TraceContext trace)
    {
        var form = context.Features.Get<GrpcForm>();
        var cancellation = Attempt.CancellationOf(context);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellation);
        var call = new InvocationCall(
            context.Request.Method,
            target.Method,
            context.Request.QueryString.Value ?? "",
            context.Request.ContentType,
            body.ToArray(),
            HeadersOf(context, caller, callee.Options.AppId, fromHttp: form is null)
        )
        {
            Trace = trace,
            TypeUrl = form?.TypeUrl ?? "",
        };
        try
        {
            var reply = await callee.Channel!.InvokeAsync(call, cancellation);
            context.Features.Set(new GrpcAppStatus((int)StatusCode.OK));
            context.Response.StatusCode = 200;
            context.Response.ContentType = string.IsNullOrEmpty(reply.ContentType) ? Sniffed(reply) : reply.ContentType;
            foreach (var (name, value) in reply.Headers)
            {
                if (!HopByHopHeaders.Contains(name) && !IsOfContent(name) && !InvocationHeaders.EndsBeforeHttp(name))
                {
                    context.Response.Headers.Append(form is null ? InvocationHeaders.NameInHttp(name) : name, value);
                }
            }
            if (form is not null)
            {
                context.Response.ContentType = reply.ContentType;
                GrpcForm.WriteType(context.Response, reply.TypeUrl ?? "");
            }
            await context.Response.Body.WriteAsync(reply.Body, cancellation);
        }
        catch (RpcException e) when (!context.Response.HasStarted)
        {
            cancellation.ThrowIfCancellationRequested(); // a call that the sidecar has cancelled has no status of the app
            context.Features.Set(new GrpcAppStatus((int)e.StatusCode));
            if (form is not null)
            {
                GrpcForm.WriteStatus(context.Response, e.Status);
            }
            await WriteStatusAsync(context, e.Status);
        }
    }

    /// <summary>The headers of the request as metadata, and the caller's. Those of a gRPC client have their names already.</summary>
    private static List<KeyValuePair<string, string>> HeadersOf(HttpContext context, string caller, string callee, bool fromHttp)
    {
        var headers = new List<KeyValuePair<string, string>>(context.Request.Headers.Count + 6);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                HopByHopHeaders.Contains(name)
                || name.Equals("Host", StringComparison.OrdinalIgnoreCase)
                || InvocationHeaders.IsDestination(name)
                || InvocationHeaders.Drops(name, caller, callee)
            )
            {
                continue;
            }
            var passed = fromHttp ? GrpcHeaders.NameOf(name) : name;
            foreach (var value in values)
            {
                headers.Add(KeyValuePair.Create(passed, value ?? ""));
            }
        }
        headers.AddRange(InvocationHeaders.Of(caller, callee, CallerNamespace.Of(context)));
        return headers;
    }

    private static bool IsOfContent(string name) =>
        name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

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
