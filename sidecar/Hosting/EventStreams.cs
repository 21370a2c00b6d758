namespace Sidecar.Hosting;

/// <summary>
/// Streams of server-sent events last as long as both sides like. They break off when the server ends, whose graceful end would otherwise
/// wait for
/// them in vain; their clients connect again by themselves.
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
