using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>An active actor: its turn and the time of its last use.</summary>
internal sealed class Actor(ActorId id, ActorTypeOptions options)
{
    public ActorId Id => id;

    public ActorTypeOptions Options => options;

    public ActorTurn Turn { get; } = new(options);

    public DateTimeOffset LastUsed { get; set; }

    public ScheduledCall? IdleCheck { get; set; }

    /// <summary>True once deactivated: a caller that still holds the object has to find the new one.</summary>
    public bool Closed { get; private set; }

    public void Close()
    {
        Closed = true;
        IdleCheck?.Dispose();
    }
}
