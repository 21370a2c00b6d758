using Sidecar.Apps;
using Sidecar.Go;

namespace Sidecar.Actors;

/// <summary>The app that hosts actors, over its chosen transport.</summary>
internal interface IActorApp
{
    /// <summary>Calls <paramref name="what"/>, a path of the HTTP form: <c>method/{name}</c>, <c>method/remind/{name}</c>,
    /// <c>method/timer/{name}</c>.</summary> <exception cref="HttpRequestException">The app could not be reached.</exception>
    /// <exception cref="ReminderCanceledException">The app asks for the end of the reminder or timer.</exception>
    Task<InvocationReply> SendAsync(ActorId actor, string what, InvocationCall call, CancellationToken cancellation);

    /// <exception cref="HttpRequestException">The app could not be reached, or has answered with an error.</exception>
    Task DeactivateAsync(ActorId actor, CancellationToken cancellation);
}

/// <summary>An HTTP app: a path per actor. Source: Dapr docs, "Actors API reference", "Dapr calling to user service code".</summary>
internal sealed class HttpActorApp(IAppChannel channel) : IActorApp
{
    private const string CancelHeader = "X-DaprReminderCancel";

    public async Task<InvocationReply> SendAsync(ActorId actor, string what, InvocationCall call, CancellationToken cancellation)
    {
        var reply = await channel.InvokeAsync(
            call with
            {
                Method = $"actors/{actor.Type}/{actor.Id}/{what}".TrimEnd('/'),
                ContentType = call.ContentType ?? "", // a call without a body has the length 0, as in daprd
            },
            cancellation
        );
        return reply.Status == 200 && !ActorAttempt.IsException(reply) && Cancels(reply) ? throw ActorErrors.ReminderCanceled() : reply;
    }

    public async Task DeactivateAsync(ActorId actor, CancellationToken cancellation)
    {
        var call = new InvocationCall("DELETE", $"actors/{actor.Type}/{actor.Id}", "", null, default, []);
        var reply = await channel.InvokeAsync(call, cancellation);
        if (reply.Status != 200)
        {
            throw new HttpRequestException($"the app answered {reply.Status}");
        }
    }

    private static bool Cancels(InvocationReply reply) =>
        BooleanText.Of(reply.Headers.FirstOrDefault(header => header.Key.Equals(CancelHeader, StringComparison.OrdinalIgnoreCase)).Value);
}
