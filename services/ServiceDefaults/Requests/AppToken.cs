using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ServiceDefaults.Requests;

/// <summary>
/// Refuses every request without the token of APP_API_TOKEN, which the app's own sidecar sends in <c>dapr-api-token</c>. The edge is
/// exempt, because its callers are people, and so are the health probe and the metrics; events come from the sidecar at the edge too.
/// daprd sends no token with a gRPC app's health check and its list of subscriptions, which carry nothing secret. Source: Dapr docs,
/// "Authenticate requests from Dapr using token authentication".
/// </summary>
public sealed class AppToken(RequestDelegate next, IConfiguration configuration)
{
    public const string Edge = "Service:Edge";

    private static readonly PathString[] Exempt =
    [
        "/healthz",
        "/metrics",
        "/dapr.proto.runtime.v1.AppCallbackHealthCheck/HealthCheck",
        "/dapr.proto.runtime.v1.AppCallback/ListTopicSubscriptions",
    ];

    private const string Events = "/events";

    private readonly bool isEdge = configuration.GetValue<bool>(Edge);
    private readonly byte[]? token = configuration["APP_API_TOKEN"] is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : null;

    public Task InvokeAsync(HttpContext context)
    {
        if (token is null || IsOpen(context.Request.Path) || Shows(context.Request))
        {
            return next(context);
        }
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private bool IsOpen(PathString path) => Exempt.Contains(path) || (isEdge && !path.StartsWithSegments(Events));

    private bool Shows(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers["dapr-api-token"].ToString()), token);
}
