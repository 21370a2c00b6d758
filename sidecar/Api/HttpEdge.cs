using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Api;

/// <summary>Maps failures to HTTP answers, once for all routes of this process.</summary>
internal static class HttpEdge
{
    /// <summary>Quotes in messages stay readable; the answer is JSON and never part of a page.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (DaprException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, e.Error);
        }
        catch (Exception e) when (StoreFailure.Is(e) && !context.Response.HasStarted)
        {
            await WriteAsync(context, StoreFailure.Of(e));
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, DaprErrors.MalformedBody(RequestBody.IsTooLarge(e) ? RequestBody.TooLarge : e.Message).Error);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has disconnected and gets no answer.
        }
    }

    public static Task WriteAsync(HttpContext context, DaprError error)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            GrpcStatusAnswer.Write(context, error.GrpcStatus, error.Message);
            return Task.CompletedTask;
        }
        ErrorCounter.Count(context, error);
        context.Response.StatusCode = error.HttpStatus;
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, Readable);
        writer.WriteStartObject();
        writer.WriteString("errorCode", error.Code);
        writer.WriteString("message", error.HttpMessage ?? error.Message);
        if (error.Details.Count + error.HttpDetails.Count > 0)
        {
            writer.WriteStartArray("details");
            foreach (var detail in error.Details.Concat(error.HttpDetails))
            {
                ErrorDetails.Write(writer, detail, error.EmptyMetadata);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.Flush();
        return context.WriteJsonAsync(json.WrittenMemory);
    }
}
