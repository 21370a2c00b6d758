using Sidecar.Metrics;

namespace Sidecar.Api.Http;

/// <summary>Counts and times the requests of a sidecar's HTTP port, and serves the metrics port.</summary>
internal static class MetricsMiddleware
{
    private static readonly HashSet<string> Verbs = new(StringComparer.Ordinal)
    {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "CONNECT",
        "OPTIONS",
        "TRACE",
    };

    public static async Task HttpAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        if (listener.Kind == ListenerKind.Metrics)
        {
            await ScrapeAsync(context, listener);
            return;
        }
        if (listener.Kind is not (ListenerKind.Http or ListenerKind.Public) || !SidecarMeter.CountsHttp)
        {
            await next(context);
            return;
        }
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();
        var path = context.Request.Path.Value ?? "";
        await next(context);
        var options = listener.Sidecar.Configuration.Metrics;
        var verb =
            !options.VerbsInHttp ? ""
            : Verbs.Contains(context.Request.Method) ? context.Request.Method
            : "UNKNOWN";
        SidecarMeter.Http(
            listener.Sidecar.Options.AppId,
            verb,
            HttpPathLabel.Of(path, options),
            context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
            clock.GetElapsedTime(begun),
            options.PathsInHttp || options.PathMatching.Count > 0
        );
    }

    private static async Task ScrapeAsync(HttpContext context, ListenerFeature listener)
    {
        var export = context.RequestServices.GetRequiredService<MetricsExport>();
        if (
            context.Request.Path.Value is not ("/" or "/metrics")
            || !await export.TryWriteAsync(listener.Sidecar.Options.AppId, context.Response, context.RequestAborted)
        )
        {
            context.Response.StatusCode = 404;
        }
    }
}
