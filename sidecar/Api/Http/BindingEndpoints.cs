using System.Text.Json;
using Sidecar.Bindings;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;
using Sidecar.Tracing;

namespace Sidecar.Api.Http;

/// <summary>Output bindings over HTTP. Source: Dapr docs, "Bindings API reference".</summary>
internal static class BindingEndpoints
{
    private const string Request = "OutputBindingRequest";

    public static void MapBindings(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/v1.0/bindings/{name}", ["POST", "PUT"], InvokeAsync);

    private static async Task InvokeAsync(HttpContext context)
    {
        var name = context.Route("name");
        var call = Read(await context.Request.BodyAsync());
        var metadata = TraceContext.Of(context).Over(call.Metadata);
        if (context.Request.Headers[Baggage.Header].ToString() is { Length: > 0 } baggage)
        {
            metadata[Baggage.Header] = baggage;
        }
        var reply = await context.Sidecar().Blocks.Bindings.InvokeAsync(name, call with { Metadata = metadata }, context.RequestAborted);
        foreach (var (key, value) in reply.Metadata)
        {
            context.Response.Headers[$"metadata.{key}"] = HeaderText.OneLine(value);
        }
        if (reply.Failure is { } failure)
        {
            throw BindingErrors.OutputFailed(name, failure);
        }
        if (reply == BindingReply.None)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        (context.Response.ContentType, context.Response.ContentLength) = ("application/json", reply.Data.Length);
        await context.Response.BodyWriter.WriteAsync(reply.Data, context.RequestAborted);
    }

    private static BindingCall Read(byte[] body)
    {
        try
        {
            using var json = GoJsonBody.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Null)
            {
                GoJsonBody.Expect(json.RootElement, JsonValueKind.Object, "http.OutputBindingRequest");
            }
            var data = GoJsonBody.Property(json.RootElement, "data") is { } value
                ? GoJson.Encode(value, $"{Request}.data").ToArray()
                : "null"u8.ToArray();
            return new BindingCall(
                GoJsonBody.Text(json.RootElement, Request, "operation") ?? "",
                data,
                GoJsonBody.Texts(json.RootElement, Request, "metadata")
            );
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }
}
