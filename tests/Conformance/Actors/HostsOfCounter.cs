namespace Conformance.Actors;

/// <summary>
/// Classes whose apps host the actor type Counter run one after the other: daprds with one placement share the actors of a type.
/// </summary>
internal static class HostsOfCounter
{
    public const string Name = nameof(HostsOfCounter);
}
