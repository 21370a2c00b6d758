namespace ServiceDefaults.Limits;

/// <summary>
/// Marks the endpoint that honours <c>Prefer: wait</c>: with the header its requests take a place among those that wait. Anywhere else the
/// header means nothing.
/// </summary>
public sealed class WaitsForEnd
{
    public static readonly WaitsForEnd Instance = new();
}
