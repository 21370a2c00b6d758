namespace Sidecar.Actors;

/// <summary>The identity of an actor: its type and its id within the type.</summary>
internal readonly record struct ActorId(string Type, string Id)
{
    public override string ToString() => $"{Type}||{Id}";
}
