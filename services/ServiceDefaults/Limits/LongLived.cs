namespace ServiceDefaults.Limits;

/// <summary>Marks an endpoint whose answers last as long as the client listens: it takes a place among the streams.</summary>
public sealed class LongLived
{
    public static readonly LongLived Instance = new();
}
