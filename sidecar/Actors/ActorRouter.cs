using Sidecar.Apps;
using Sidecar.Resiliency;

namespace Sidecar.Actors;

/// <summary>
/// Finds the host of an actor type and sends it a call. While the type has no host, the lookup is repeated as daprd's built-in policy does
/// (<c>DaprBuiltInActorNotFoundRetries</c>). A type that is a target of a Resiliency resource has only that target's retries.
/// </summary>
internal sealed class ActorRouter(string appId, ActorDirectory directory, PolicyBook policies, TimeProvider time)
{
    private const int Retries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<InvocationReply> InvokeAsync(ActorId actor, InvocationCall call, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (directory.FindHere(actor.Type) is { } host)
                {
                    return await host.InvokeAsync(actor, call, cancellation);
                }
                if (
                    directory.FindElsewhere(actor.Type) is { } sidecar
                    && await ActorRelay.TrySendAsync(sidecar, appId, actor, call, cancellation) is { } reply
                )
                {
                    return reply;
                }
            }
            catch (ActorClosedException)
            {
                // The app has become unhealthy; the next lookup may find it healthy again.
            }
            await PauseAsync(actor, attempt, cancellation);
        }
    }

    /// <summary>Calls back a timer of an actor that this process hosts.</summary>
    public async Task FireTimerAsync(ActorId actor, string name, byte[] body, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (directory.FindHere(actor.Type) is { } host)
                {
                    await host.FireTimerAsync(actor, name, body, cancellation);
                    return;
                }
            }
            catch (ActorClosedException)
            {
                // As above.
            }
            await PauseAsync(actor, attempt, cancellation);
        }
    }

    /// <exception cref="Failures.DaprException">The attempt was the last one.</exception>
    private Task PauseAsync(ActorId actor, int attempt, CancellationToken cancellation) =>
        attempt < Retries && !policies.HasActorTarget(actor.Type)
            ? Task.Delay(Pause, time, cancellation)
            : throw ActorErrors.NoAddress($"{actor.Type}/{actor.Id}");
}
