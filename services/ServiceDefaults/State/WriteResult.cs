namespace ServiceDefaults.State;

/// <summary>The result of a guarded write.</summary>
public enum WriteResult
{
    Written,

    /// <summary>A concurrent write came first; nothing is written. Read and decide again.</summary>
    Stale,
}
