using System.Net;
using System.Text.Json;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Invocation;
using Sidecar.Names;

namespace Sidecar.Actors;

/// <summary>
/// Calls an actor that a sidecar in another process hosts: one request between the two sidecars, with the whole call in its body.
/// </summary>
internal static class ActorRelay
{
    public const string Header = "x-sidecar-actor";

    /// <returns>Null if the call was not executed: the other sidecar is not reachable, or does not host the type any more.</returns>
    /// <exception cref="DaprException">The other sidecar refused the call, or the connection broke.</exception>
    public static async Task<InvocationReply?> TrySendAsync(
        Uri sidecar,
        string caller,
        ActorId actor,
        InvocationCall call,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, sidecar)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new Relayed(actor.Type, actor.Id, call))),
        };
        request.Headers.TryAddWithoutValidation(Header, "call");
        SidecarRegistry.Introduce(request, caller, actor.Type, call.Trace);
        Answer answer;
        try
        {
            using var response = await SidecarRegistry.Invoker.SendAsync(request, cancellation);
            answer = JsonSerializer.Deserialize<Answer>(await response.Content.ReadAsByteArrayAsync(cancellation))!;
        }
        catch (HttpRequestException e) when (ConnectionRefusal.Is(e))
        {
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw ActorErrors.NoAddress($"{actor.Type}/{actor.Id}"); // the process has exited; the running call may have been executed
        }
        return answer.Reply is null && answer.Code.Length > 0
            ? throw ActorErrors.Elsewhere(answer.GrpcStatus, answer.Message)
            : answer.Reply;
    }

    /// <summary>
    /// The receiving side: executes the call if its app hosts the actor type. <paramref name="host"/> is null if the app hosts no actors or
    /// is unhealthy.
    /// </summary>
    public static async Task ReceiveAsync(HttpContext context, ActorHost? host)
    {
        var relayed = JsonSerializer.Deserialize<Relayed>(await context.Request.BodyAsync())!;
        var actor = new ActorId(relayed.Type, relayed.Id);
        Answer answer;
        try
        {
            answer = new Answer(
                host is not null && host.Hosts(actor.Type) ? await host.InvokeAsync(actor, relayed.Call, context.RequestAborted) : null
            );
        }
        catch (ActorClosedException)
        {
            answer = new Answer(null);
        }
        catch (DaprException e)
        {
            answer = new Answer(null, e.Error.GrpcStatus, e.Error.Code, e.Error.Message);
        }
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer), context.RequestAborted);
    }

    private sealed record Relayed(string Type, string Id, InvocationCall Call);

    /// <summary>Neither a reply nor a code: the app does not host the type.</summary>
    private sealed record Answer(InvocationReply? Reply, StatusCode GrpcStatus = StatusCode.OK, string Code = "", string Message = "");
}
