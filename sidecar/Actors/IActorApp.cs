using Sidecar.Apps;

namespace Sidecar.Actors;

/// <summary>The app that hosts actors, over its chosen transport.</summary>
internal interface IActorApp
{
    /// <summary>Calls <paramref name="what"/>, a path of the HTTP form: <c>method/{name}</c>, <c>method/remind/{name}</c>,
    /// <c>method/timer/{name}</c>.</summary> <exception cref="HttpRequestException">The app could not be reached.</exception>
    Task<InvocationReply> SendAsync(ActorId actor, string what, InvocationCall call, CancellationToken cancellation);

    /// <exception cref="HttpRequestException">The app could not be reached.</exception>
    Task DeactivateAsync(ActorId actor, CancellationToken cancellation);
}

/// <summary>An HTTP app: a path per actor. Source: Dapr docs, "Actors API reference", "Dapr calling to user service code".</summary>
internal sealed class HttpActorApp(IAppChannel channel) : IActorApp
{
    public Task<InvocationReply> SendAsync(ActorId actor, string what, InvocationCall call, CancellationToken cancellation) =>
        channel.InvokeAsync(
            call with
            {
                Method = $"actors/{actor.Type}/{actor.Id}/{what}".TrimEnd('/'),
                ContentType = call.ContentType ?? "", // a call without a body has the length 0, as in daprd
            },
            cancellation
        );

    public Task DeactivateAsync(ActorId actor, CancellationToken cancellation) =>
        channel.InvokeAsync(new InvocationCall("DELETE", $"actors/{actor.Type}/{actor.Id}", "", null, default, []), cancellation);
}
