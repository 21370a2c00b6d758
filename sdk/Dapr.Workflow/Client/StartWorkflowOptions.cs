namespace Dapr.Workflow.Client;

public sealed class StartWorkflowOptions
{
    /// <summary>Null: a new id.</summary>
    public string? InstanceId { get; set; }

    /// <summary>Null: at once.</summary>
    public DateTimeOffset? StartAt { get; set; }
}
