using Sidecar.Flags;

namespace Sidecar.Api.Http;

/// <summary>Flags over HTTP.</summary>
internal static class FlagEndpoints
{
    public static void MapFlags(this IEndpointRouteBuilder routes, Func<HttpContext, FlagsApi> flagsOf) =>
        routes.MapGet("/v1.0-alpha1/flags/{store}/{flag}", async context =>
        {
            var isOn = await flagsOf(context).IsOnAsync(context.Route("store"), context.Route("flag"), context.RequestAborted);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(isOn ? """{"on":true}""" : """{"on":false}""", context.RequestAborted);
        });
}
