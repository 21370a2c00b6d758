using System.Text;
using Gateway.Forwarding;
using ServiceDefaults.Refusals;

namespace Gateway.Routing;

/// <summary>
/// Middleware: the headers that are passed on have ASCII values. The client that forwards a request refuses to send others, and such a
/// failure would count against the circuit breaker of the service.
/// </summary>
internal static class HeaderRules
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments("/api") && FirstInvalid(context.Request.Headers) is { } name
            ? Problem
                .Of(StatusCodes.Status400BadRequest, "header-invalid", $"The value of the header '{name}' must have ASCII characters only.")
                .ExecuteAsync(context)
            : next(context);

    private static string? FirstInvalid(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (!Ascii.IsValid(value) && !ForwardedIdentity.Drops(name))
                {
                    return name;
                }
            }
        }
        return null;
    }
}
