using ServiceDefaults.Refusals;
using ServiceDefaults.Startup;

namespace Gateway.Hosting;

/// <summary>Hosting concerns of the edge alone: its start, and its sidecar's absence.</summary>
internal static class EdgeHosting
{
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SidecarHealth>().AddHealthChecks().AddCheck<SidecarHealth>("sidecar");
        return builder;
    }

    /// <summary>
    /// Until the gateway is set up it can't check a token: 503, which a client may repeat, instead of a 401 that looks final.
    /// </summary>
    public static WebApplication UseStartGuard(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<StartupState>();
        app.Use(next =>
            context =>
            {
                if (state.IsReady || !context.Request.Path.StartsWithSegments("/api"))
                {
                    return next(context);
                }
                context.Response.Headers.RetryAfter = "1";
                return Problem
                    .Of(StatusCodes.Status503ServiceUnavailable, "starting", "The gateway is starting; try again.")
                    .ExecuteAsync(context);
            }
        );
        return app;
    }
}
