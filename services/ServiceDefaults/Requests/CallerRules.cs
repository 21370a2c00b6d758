using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ServiceDefaults.Refusals;

namespace ServiceDefaults.Requests;

[Flags]
public enum CallerKinds
{
    None = 0,
    Customers = 1,
    Operators = 2,
    Anonymous = 4,
    Everybody = Customers | Operators | Anonymous,
}

/// <summary>The callers that an endpoint admits: kinds of people, and apps by their id.</summary>
internal sealed record AdmittedCallers(CallerKinds Kinds, IReadOnlyList<string> Apps)
{
    public bool Admit(Caller caller) =>
        caller switch
        {
            Caller.Customer => Kinds.HasFlag(CallerKinds.Customers),
            Caller.Operator => Kinds.HasFlag(CallerKinds.Operators),
            Caller.Anonymous => Kinds.HasFlag(CallerKinds.Anonymous),
            Caller.App app => Apps.Contains(app.Id, StringComparer.Ordinal),
            _ => false,
        };
}

/// <summary>Marks endpoints that the app's own sidecar calls (events, actors, probes) and that act for no caller.</summary>
internal sealed class SidecarCallback;

/// <summary>
/// Middleware of every service but the edge, after routing: a request whose caller is missing, unreadable or not admitted by the endpoint
/// goes no further, and neither does one with an invalid id in its path.
/// </summary>
public sealed class CallerRules(RequestDelegate next)
{
    private static readonly (string Name, string Code)[] Ids =
    [
        ("orderId", "order-id-invalid"),
        ("productId", "product-id-invalid"),
        ("customerId", "customer-id-invalid"),
    ];

    public Task InvokeAsync(HttpContext context)
    {
        // Not a route's endpoint: the answer of routing itself to a wrong method or content type.
        if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<SidecarCallback>() is not null)
        {
            return next(context);
        }
        if (Caller.Parse(context.Request.Headers[Caller.Header]) is not { } caller)
        {
            return RefuseAsync(
                context,
                Problem.Of(
                    StatusCodes.Status401Unauthorized,
                    "caller-unknown",
                    $"{Caller.Header} must name the customer, operator or app on whose behalf this request comes."
                )
            );
        }
        if (endpoint.Metadata.GetMetadata<AdmittedCallers>()?.Admit(caller) != true)
        {
            return RefuseAsync(
                context,
                Problem.Of(StatusCodes.Status403Forbidden, "caller-not-allowed", "This operation is not for this caller.")
            );
        }
        foreach (var (name, code) in Ids)
        {
            if (context.Request.RouteValues.TryGetValue(name, out var id) && Identifier.Check(id as string, name, code) is { } invalid)
            {
                return RefuseAsync(context, invalid.ToProblem());
            }
        }
        context.Features.Set(caller);
        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, ProblemHttpResult problem) => problem.ExecuteAsync(context);
}
