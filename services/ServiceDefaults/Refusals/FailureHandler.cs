using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.Refusals;

/// <summary>
/// What was not expected, as problem details. Requests that ASP.NET itself refuses keep their 4xx; a dependency that is away is 503,
/// because the caller may try again; the rest is 500 and logged with its cause, which stays inside.
/// </summary>
public sealed partial class FailureHandler(IProblemDetailsService problems, ILogger<FailureHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var (status, title) = exception switch
        {
            BadHttpRequestException bad => (bad.StatusCode, bad.InnerException is System.Text.Json.JsonException json ? $"The body is not valid: {json.Message}" : bad.Message),
            HttpRequestException or Grpc.Core.RpcException or Dapr.DaprException => (StatusCodes.Status503ServiceUnavailable, "A service this one depends on is not available."),
            _ => (StatusCodes.Status500InternalServerError, "Something went wrong."),
        };
        if (status >= 500)
        {
            LogFailure(exception, context.Request.Method, context.Request.Path);
        }
        context.Response.StatusCode = status;
        var problem = new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Status = status, Detail = title } };
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            problem.ProblemDetails.Extensions["code"] = "unavailable";
        }
        return await problems.TryWriteAsync(problem);
    }

    [LoggerMessage(9001, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailure(Exception failure, string method, string path);
}
