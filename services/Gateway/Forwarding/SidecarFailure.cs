using System.Net;
using System.Text.Json;
using Gateway.Resilience;
using ServiceDefaults;
using ServiceDefaults.Refusals;
using Yarp.ReverseProxy.Transforms;

namespace Gateway.Forwarding;

/// <summary>
/// Maps a sidecar's failure to reach a service to problem details: 504 if the service took too long, otherwise 503, with
/// <c>Retry-After</c> because the client may repeat the request.
/// </summary>
internal static class SidecarFailure
{
    private const string TimedOut = "deadline exceeded";

    public static async ValueTask TranslateAsync(ResponseTransformContext response)
    {
        var context = response.HttpContext;
        if (response.ProxyResponse is null)
        {
            response.SuppressResponseBody = true;
            if (
                context.Response.StatusCode is StatusCodes.Status502BadGateway or StatusCodes.Status504GatewayTimeout
                && !context.RequestAborted.IsCancellationRequested
            )
            {
                context.Items[LostCall.Mark] = true;
            }
            await (
                context.Response.StatusCode is StatusCodes.Status413PayloadTooLarge
                    ? Problem
                        .Of(StatusCodes.Status413PayloadTooLarge, "body-too-large", $"A body has at most {ServiceHost.MaxBodyBytes} bytes.")
                        .ExecuteAsync(context)
                    : WriteAsync(context, context.Response.StatusCode == StatusCodes.Status504GatewayTimeout)
            );
        }
        else if (await ReadAsync(response.ProxyResponse, context.RequestAborted) is { } message)
        {
            response.SuppressResponseBody = true;
            context.Response.Headers.Clear();
            MarkIfLost(context, response.ProxyResponse, message);
            await WriteAsync(context, IsTimeout(message));
        }
    }

    /// <summary>
    /// The sidecar's message, or null if the service has answered. Services return failures as problem details. Any other failure
    /// comes from a sidecar, and its text is not shown to the client: a refused call, an unknown app, a missing token.
    /// </summary>
    public static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode < HttpStatusCode.BadRequest || response.Content.Headers.ContentType?.MediaType == Problem.MediaType)
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message)
                ? message.ToString()
                : "";
        }
        catch (JsonException)
        {
            return ""; // not readable, and not the service's way of failing either
        }
    }

    /// <summary>Answers with another service's failure, a sidecar's translated.</summary>
    public static async Task PassOnAsync(HttpContext context, HttpResponseMessage response)
    {
        if (await ReadAsync(response, context.RequestAborted) is { } message)
        {
            MarkIfLost(context, response, message);
            await WriteAsync(context, IsTimeout(message));
            return;
        }
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>
    /// Returns the result of a call for the circuit breaker of the app: a sidecar answers for an app that gives no answer, by a time-out or
    /// a status of its own.
    /// </summary>
    public static async Task<CallEnd> EndOfAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        await ReadAsync(response, cancellation) is { } message && IsLost(response, message) ? CallEnd.Lost : CallEnd.Answered;

    private static void MarkIfLost(HttpContext context, HttpResponseMessage response, string message)
    {
        if (IsLost(response, message))
        {
            context.Items[LostCall.Mark] = true;
        }
    }

    /// <summary>Refusals of the sidecar (a call that is not granted, a missing token) are 4xx, and say nothing about the app.</summary>
    private static bool IsLost(HttpResponseMessage response, string message) =>
        IsTimeout(message) || response.StatusCode >= HttpStatusCode.InternalServerError;

    public static bool IsTimeout(string message) => message.Contains(TimedOut, StringComparison.Ordinal);

    public static Task WriteAsync(HttpContext context, bool timedOut)
    {
        if (timedOut)
        {
            return TypedResults
                .Problem(
                    "The service did not answer in time.",
                    statusCode: StatusCodes.Status504GatewayTimeout,
                    extensions: Code("timeout")
                )
                .ExecuteAsync(context);
        }
        context.Response.Headers.RetryAfter = "5";
        return TypedResults
            .Problem(
                "The service is not available right now; try again.",
                statusCode: StatusCodes.Status503ServiceUnavailable,
                extensions: Code("unavailable")
            )
            .ExecuteAsync(context);
    }

    private static Dictionary<string, object?> Code(string code) => new() { ["code"] = code };
}
