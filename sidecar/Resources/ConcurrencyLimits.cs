namespace Sidecar.Resources;

/// <summary>How much work the workers of an app have at once: turns of workflows and activities, together and by name. Null: no
/// limit.</summary>
internal sealed record ConcurrencyLimits(
    int? Turns,
    int? Activities,
    IReadOnlyDictionary<string, int> TurnsByName,
    IReadOnlyDictionary<string, int> ActivitiesByName
)
{
    public bool AreNone => Turns is null && Activities is null && TurnsByName.Count == 0 && ActivitiesByName.Count == 0;
}
