using System.Net;
using System.Text.Json;
using Yarp.ReverseProxy.Transforms;

namespace Gateway.Routing;

/// <summary>
/// A sidecar that gets no answer from a service says so in its own terms; outside that is 504 when the service took too long, 503
/// otherwise, with problem details and, as the client may try again, <c>Retry-After</c>.
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
            // The forwarder blames the client with 4xx, such as 413 for a body over the limit; all else is the way's trouble.
            await (context.Response.StatusCode is >= 400 and < 500 and var status
                ? TypedResults.Problem(statusCode: status).ExecuteAsync(context)
                : WriteAsync(context, context.Response.StatusCode == StatusCodes.Status504GatewayTimeout));
        }
        else if (await ReadAsync(response.ProxyResponse, context.RequestAborted) is { } message)
        {
            response.SuppressResponseBody = true;
            context.Response.Headers.Clear();
            await WriteAsync(context, IsTimeout(message));
        }
    }

    /// <summary>What the sidecar says, or null when it is the service that answers: services tell failures as problem details, not as plain JSON.</summary>
    public static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode != HttpStatusCode.InternalServerError || response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return json.RootElement.TryGetProperty("message", out var message) ? message.ToString() : "";
        }
        catch (JsonException)
        {
            return ""; // not readable, and not the service's way of failing either
        }
    }

    public static bool IsTimeout(string message) => message.Contains(TimedOut, StringComparison.Ordinal);

    public static Task WriteAsync(HttpContext context, bool timedOut)
    {
        if (timedOut)
        {
            return TypedResults.Problem("The service did not answer in time.", statusCode: StatusCodes.Status504GatewayTimeout, extensions: Code("timeout")).ExecuteAsync(context);
        }
        context.Response.Headers.RetryAfter = "5";
        return TypedResults.Problem("The service is not available right now; try again.", statusCode: StatusCodes.Status503ServiceUnavailable, extensions: Code("unavailable")).ExecuteAsync(context);
    }

    private static Dictionary<string, object?> Code(string code) => new() { ["code"] = code };
}
