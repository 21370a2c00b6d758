using System.Text;
using Dapr.Client.Autogen.Grpc.v1;
using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Locks over HTTP. Source: Dapr docs, "Distributed Lock API reference". Bodies are the gRPC messages as JSON.</summary>
internal static class LockEndpoints
{
    public static void MapLocks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1.0-alpha1/lock/{store}", TryLockAsync);
        routes.MapPost("/v1.0-alpha1/unlock/{store}", UnlockAsync);
    }

    private static async Task TryLockAsync(HttpContext context)
    {
        var request = ProtoBody.Parse<TryLockRequest>(await context.Request.BodyAsync(DaprErrors.BodyUnread));
        var success = await context
            .Sidecar()
            .Blocks.Locks.TryLockAsync(
                context.Route("store"),
                request.ResourceId,
                request.LockOwner,
                request.ExpiryInSeconds,
                context.RequestAborted
            );
        await context.WriteJsonAsync(Encoding.ASCII.GetBytes(success ? """{"success":true}""" : """{"success":false}"""));
    }

    private static async Task UnlockAsync(HttpContext context)
    {
        var request = ProtoBody.Parse<UnlockRequest>(await context.Request.BodyAsync(DaprErrors.BodyUnread));
        var outcome = await context
            .Sidecar()
            .Blocks.Locks.UnlockAsync(context.Route("store"), request.ResourceId, request.LockOwner, context.RequestAborted);
        await context.WriteJsonAsync(Encoding.ASCII.GetBytes($$"""{"status":{{(int)outcome}}}"""));
    }
}
