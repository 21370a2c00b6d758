namespace Sidecar.Hosting;

/// <summary>
/// Ends streams of server-sent events when the server stops. They would otherwise delay its graceful shutdown; their clients reconnect.
/// </summary>
internal static class EventStreams
{
    private const string MediaType = "text/event-stream";

    public static async Task EndWithServerAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Headers.Accept.ToString().Contains(MediaType, StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await using var ending = stopping.Register(context.Abort);
        await next(context);
    }
}
