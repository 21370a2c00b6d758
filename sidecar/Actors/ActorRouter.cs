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
        InvocationReply? reply = null;
        await UntilHostedAsync(actor, async () => (reply = await TryInvokeAsync(actor, call, cancellation)) is not null, cancellation);
        return reply!;
    }

    /// <summary>Calls back a timer of an actor that this process hosts.</summary>
    public Task FireTimerAsync(ActorId actor, string name, byte[] body, CancellationToken cancellation) =>
        UntilHostedAsync(
            actor,
            async () =>
            {
                if (directory.FindHere(actor.Type) is not { } host)
                {
                    return false;
                }
                await host.FireTimerAsync(actor, name, body, cancellation);
                return true;
            },
            cancellation
        );

    /// <summary>Null if no process hosts the type.</summary>
    private async Task<InvocationReply?> TryInvokeAsync(ActorId actor, InvocationCall call, CancellationToken cancellation) =>
        directory.FindHere(actor.Type) is { } host ? await host.InvokeAsync(actor, call, cancellation)
        : directory.FindElsewhere(actor.Type) is { } sidecar ? await ActorRelay.TrySendAsync(sidecar, appId, actor, call, cancellation)
        : null;

    /// <summary>Repeats <paramref name="tryOnce"/> while it returns false or the actor is closed before its turn.</summary>
    /// <exception cref="Failures.DaprException">The last attempt found no host.</exception>
    private async Task UntilHostedAsync(ActorId actor, Func<Task<bool>> tryOnce, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await tryOnce())
                {
                    return;
                }
            }
            catch (ActorClosedException)
            {
                // The app has become unhealthy; the next lookup may find it healthy again.
            }
            if (attempt == Retries || policies.HasActorTarget(actor.Type))
            {
                throw ActorErrors.NoAddress($"{actor.Type}/{actor.Id}");
            }
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
