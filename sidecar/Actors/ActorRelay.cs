using System.Net;
using System.Text.Json;
using Grpc.Core;
using Sidecar.Actors.Reminders;
using Sidecar.Api;
using Sidecar.Api.Http;
using Sidecar.Apps;
using Sidecar.Hosting;
using Sidecar.Invocation;

namespace Sidecar.Actors;

/// <summary>Calls of actors that another sidecar hosts, and reminders for them: one request between the two sidecars, with all of it in its body.</summary>
internal static class ActorRelay
{
    public const string Header = "x-sidecar-actor";

    /// <summary>Null: the actor is not there, or nobody listens there any more; whoever asks looks again.</summary>
    public static async Task<InvocationReply?> SendAsync(Uri sidecar, string caller, ActorId actor, InvocationCall call, CancellationToken cancellation)
        => (await AskAsync(sidecar, caller, new Relayed(actor.Type, actor.Id, call), call.Trace, cancellation))?.Reply;

    /// <summary>As <see cref="ReminderService.TryRegisterAsync"/>, there; null as above.</summary>
    public static async Task<bool?> RegisterAsync(Uri sidecar, string caller, Reminder reminder, bool overwrite, CancellationToken cancellation)
        => (await AskAsync(sidecar, caller, new Relayed(reminder.ActorType, reminder.ActorId, null, reminder, overwrite), Tracing.TraceContext.Off, cancellation))?.Registered;

    /// <summary>The other side. What is not this instance's is not passed on.</summary>
    public static async Task TakeAsync(HttpContext context, AppSidecar sidecar)
    {
        var relayed = JsonSerializer.Deserialize<Relayed>(await context.Request.BodyAsync())!;
        var actor = new ActorId(relayed.Type, relayed.Id);
        var answer = new Answer(null);
        try
        {
            if (sidecar is { AppIsWell: true, ActorHost: { } host } && host.Hosts(actor.Type))
            {
                answer = relayed.Reminder is { } reminder
                    ? new Answer(null, Registered: await host.Reminders.TryRegisterAsync(reminder, relayed.Overwrite, context.RequestAborted))
                    : new Answer(await host.InvokeAsync(actor, relayed.Call!, context.RequestAborted));
            }
        }
        catch (DaprException e)
        {
            answer = new Answer(null, null, e.Error.HttpStatus, e.Error.GrpcStatus, e.Error.Code, e.Error.Message);
        }
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer), context.RequestAborted);
    }

    private static async Task<Answer?> AskAsync(Uri sidecar, string caller, Relayed relayed, Tracing.TraceContext trace, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, sidecar)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(relayed)),
        };
        request.Headers.TryAddWithoutValidation(Header, "call");
        SidecarRegistry.Introduce(request, caller, relayed.Type, trace);
        Answer answer;
        try
        {
            using var response = await SidecarRegistry.Invoker.SendAsync(request, cancellation);
            answer = JsonSerializer.Deserialize<Answer>(await response.Content.ReadAsByteArrayAsync(cancellation))!;
        }
        catch (HttpRequestException e) when (Refused.Is(e))
        {
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw ActorErrors.NoAddress($"{relayed.Type}/{relayed.Id}"); // gone while the call was under way: it may have been carried out
        }
        return answer.Code.Length == 0 ? answer : throw new DaprException(new DaprError(answer.HttpStatus, answer.GrpcStatus, answer.Code, answer.Message));
    }

    private sealed record Relayed(string Type, string Id, InvocationCall? Call, Reminder? Reminder = null, bool Overwrite = false);

    private sealed record Answer(InvocationReply? Reply, bool? Registered = null, int HttpStatus = 0, StatusCode GrpcStatus = StatusCode.OK, string Code = "", string Message = "");
}
