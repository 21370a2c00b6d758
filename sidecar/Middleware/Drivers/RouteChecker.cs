using System.Text.RegularExpressions;

namespace Sidecar.Middleware.Drivers;

/// <summary><c>middleware.http.routerchecker</c>: passes only requests whose path and query match its rule.</summary>
internal sealed class RouteChecker(Regex rule) : IHttpMiddleware
{
    private static readonly Refusal Invalid = new(400, "invalid router");

    public ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation) =>
        new(rule.IsMatch(request.Path + request.Query) ? null : Invalid);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
