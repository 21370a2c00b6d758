using System.Text;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace Sidecar.Api.Http;

/// <summary>Locks over HTTP. Source: Dapr docs, "Distributed Lock API reference". Bodies are the gRPC messages as JSON.</summary>
internal static class LockEndpoints
{
    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static void MapLocks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1.0-alpha1/lock/{store}", TryLockAsync);
        routes.MapPost("/v1.0-alpha1/unlock/{store}", UnlockAsync);
    }

    private static async Task TryLockAsync(HttpContext context)
    {
        var request = Parse<TryLockRequest>(await context.Request.BodyAsync());
        var success = await context.Sidecar().Locks.TryLockAsync(context.Route("store"), request.ResourceId, request.LockOwner, request.ExpiryInSeconds, context.RequestAborted);
        await AnswerAsync(context, success ? """{"success":true}""" : """{"success":false}""");
    }

    private static async Task UnlockAsync(HttpContext context)
    {
        var request = Parse<UnlockRequest>(await context.Request.BodyAsync());
        var outcome = await context.Sidecar().Locks.UnlockAsync(context.Route("store"), request.ResourceId, request.LockOwner, context.RequestAborted);
        await AnswerAsync(context, $$"""{"status":{{(int)outcome}}}""");
    }

    private static T Parse<T>(byte[] body) where T : IMessage<T>, new()
    {
        try
        {
            return body.Length == 0 ? new T() : Json.Parse<T>(Encoding.UTF8.GetString(body));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    private static Task AnswerAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
