using System.Net;
using Yarp.ReverseProxy.Transforms;

namespace Gateway.Routing;

/// <summary>A sidecar that can't reach a service says so in its own terms; outside it is 503 with problem details.</summary>
internal static class Unavailable
{
    public static async ValueTask TranslateAsync(ResponseTransformContext response)
    {
        var context = response.HttpContext;
        if (response.ProxyResponse is null)
        {
            response.SuppressResponseBody = true;
            // The forwarder blames the client with 4xx, such as 413 for a body over the limit; all else is the service's trouble.
            await (context.Response.StatusCode is >= 400 and < 500 and var status ? TypedResults.Problem(statusCode: status).ExecuteAsync(context) : WriteAsync(context));
        }
        else if (IsOfSidecar(response.ProxyResponse))
        {
            response.SuppressResponseBody = true;
            context.Response.Headers.Clear();
            await WriteAsync(context);
        }
    }

    /// <summary>Services answer failures with problem details; plain JSON with a 500 comes from the sidecar itself.</summary>
    public static bool IsOfSidecar(HttpResponseMessage response)
        => response.StatusCode == HttpStatusCode.InternalServerError && response.Content.Headers.ContentType?.MediaType == "application/json";

    public static Task WriteAsync(HttpContext context)
        => TypedResults.Problem("The service is not available right now; try again.", statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
}
