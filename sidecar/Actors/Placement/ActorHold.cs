namespace Sidecar.Actors.Placement;

/// <summary>Work on an actor that must end before the actor may be another instance's; dispose of it then.</summary>
internal sealed class ActorHold(ActorId actor, Action<ActorHold> end) : IDisposable
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ActorId Actor => actor;

    public Task Ended => ended.Task;

    public void Dispose()
    {
        end(this);
        ended.TrySetResult();
    }
}

/// <summary>The actor is no longer this instance's, or not yet; whoever asked looks again.</summary>
internal sealed class ActorMovedException : Exception;
