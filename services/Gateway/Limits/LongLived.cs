namespace Gateway.Limits;

/// <summary>Marks an endpoint whose answers last as long as the client listens: it takes no place among the requests under way.</summary>
internal sealed class LongLived
{
    public static readonly LongLived Instance = new();
}
