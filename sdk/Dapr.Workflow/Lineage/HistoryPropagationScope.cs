namespace Dapr.Workflow;

/// <summary>How much history a called activity or child workflow gets to see.</summary>
public enum HistoryPropagationScope
{
    None = 0,

    /// <summary>The caller's own history.</summary>
    OwnHistory = 1,

    /// <summary>The caller's history and what its own callers handed down.</summary>
    Lineage = 2,
}
