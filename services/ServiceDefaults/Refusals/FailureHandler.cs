using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.Refusals;

/// <summary>
/// Maps exceptions to problem details. Refusals of ASP.NET keep their 4xx status. An unavailable dependency is 503, because the caller may
/// retry. Any other exception is 500; its cause is logged and not sent.
/// </summary>
public sealed partial class FailureHandler(IProblemDetailsService problems, ILogger<FailureHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var answer = Describe(exception);
        if (answer.Status >= StatusCodes.Status500InternalServerError)
        {
            LogFailure(exception, context.Request.Method, context.Request.Path);
        }
        context.Response.StatusCode = answer.Status;
        if (answer.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        }
        if (
            !await problems.TryWriteAsync(
                new ProblemDetailsContext
                {
                    HttpContext = context,
                    ProblemDetails =
                    {
                        Status = answer.Status,
                        Detail = answer.Detail,
                        Extensions = { ["code"] = answer.Code },
                    },
                }
            )
        )
        {
            // The client's Accept admits no JSON; without problem details the edge would take the answer for a sidecar's failure.
            await Problem.Of(answer.Status, answer.Code, answer.Detail).ExecuteAsync(context);
        }
        return true;
    }

    private static ErrorAnswer Describe(Exception exception) =>
        exception switch
        {
            BadHttpRequestException { InnerException: JsonException json } => new ErrorAnswer(
                StatusCodes.Status400BadRequest,
                "json-invalid",
                MalformedJson.Describe(json)
            ),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new ErrorAnswer(
                StatusCodes.Status413PayloadTooLarge,
                "body-too-large",
                $"A body has at most {ServiceHost.MaxBodyBytes} bytes."
            ),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => new ErrorAnswer(
                StatusCodes.Status415UnsupportedMediaType,
                "media-type-unsupported",
                "The body must be JSON (Content-Type: application/json)."
            ),
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new ErrorAnswer(
                StatusCodes.Status408RequestTimeout,
                "body-too-slow",
                "The body did not arrive in time."
            ),
            BadHttpRequestException bad => new ErrorAnswer(
                bad.StatusCode,
                "request-invalid",
                "The request is incomplete or a parameter has the wrong type; the contract says what it takes."
            ),
            _ when DependencyFailures.MayPass(exception) => new ErrorAnswer(
                StatusCodes.Status503ServiceUnavailable,
                "unavailable",
                "A service this one depends on is not available."
            ),
            _ => new ErrorAnswer(StatusCodes.Status500InternalServerError, "internal-error", "Something went wrong."),
        };

    private sealed record ErrorAnswer(int Status, string Code, string Detail);

    [LoggerMessage(9001, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailure(Exception failure, string method, string path);
}
