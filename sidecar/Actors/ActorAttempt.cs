using Sidecar.Apps;
using Sidecar.Resiliency;

namespace Sidecar.Actors;

/// <summary>
/// One attempt to call an actor, as retries and circuit breakers count it. <paramref name="NotFound"/> is set instead of the reply if the
/// app does not have the method and the policy must not repeat the call.
/// </summary>
internal sealed record ActorAttempt(InvocationReply? Reply, ActorMethodNotFoundException? NotFound = null) : IFallible
{
    bool IFallible.Failed => Reply is null || IsException(Reply);

    /// <summary>Null: a rule with <c>matching</c> repeats every failed call of an actor, as in daprd.</summary>
    int? IFallible.Code => null;

    bool IFallible.Final => NotFound is not null;

    /// <summary>True for the exception of an actor's method: the SDKs answer it with status 200 and the error header.</summary>
    public static bool IsException(InvocationReply reply) =>
        reply.Headers.Any(header => header.Key.Equals(ActorHost.ErrorHeader, StringComparison.OrdinalIgnoreCase));
}
