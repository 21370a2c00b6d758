using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Refusals;

/// <summary>The member <c>code</c> of errors that no rule of ours has written: unknown routes, missing tokens, wrong methods.</summary>
internal static class ProblemCodes
{
    public static void Complete(ProblemDetailsContext problem) =>
        problem.ProblemDetails.Extensions.TryAdd("code", Of(problem.ProblemDetails.Status ?? problem.HttpContext.Response.StatusCode));

    /// <summary>Writes the problem details of a status that has no body yet, also if the client's <c>Accept</c> admits no JSON.</summary>
    public static async Task WriteAsync(HttpContext context)
    {
        var problems = context.RequestServices.GetRequiredService<IProblemDetailsService>();
        if (
            !await problems.TryWriteAsync(
                new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Status = context.Response.StatusCode } }
            )
        )
        {
            var status = context.Response.StatusCode;
            await Problem.Of(status, Of(status), ReasonPhrases.GetReasonPhrase(status)).ExecuteAsync(context);
        }
    }

    private static string Of(int status) =>
        status switch
        {
            StatusCodes.Status400BadRequest => "request-invalid",
            StatusCodes.Status401Unauthorized => "unauthenticated",
            StatusCodes.Status403Forbidden => "forbidden",
            StatusCodes.Status404NotFound => "route-not-found",
            StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
            StatusCodes.Status408RequestTimeout => "body-too-slow",
            StatusCodes.Status413PayloadTooLarge => "body-too-large",
            StatusCodes.Status415UnsupportedMediaType => "media-type-unsupported",
            StatusCodes.Status429TooManyRequests => "rate-limited",
            StatusCodes.Status503ServiceUnavailable => "unavailable",
            StatusCodes.Status504GatewayTimeout => "timeout",
            < StatusCodes.Status500InternalServerError => "refused",
            _ => "internal-error",
        };
}
