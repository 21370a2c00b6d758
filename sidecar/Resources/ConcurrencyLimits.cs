namespace Sidecar.Resources;

/// <summary>
/// The limits on concurrent turns of workflows and activities at the workers of an app, in total and by name. Null: no limit.
/// </summary>
internal sealed record ConcurrencyLimits(
    int? Turns,
    int? Activities,
    IReadOnlyDictionary<string, int> TurnsByName,
    IReadOnlyDictionary<string, int> ActivitiesByName
)
{
    public bool AreNone => Turns is null && Activities is null && TurnsByName.Count == 0 && ActivitiesByName.Count == 0;
}
