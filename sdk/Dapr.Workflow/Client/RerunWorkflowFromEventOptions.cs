namespace Dapr.Workflow.Client;

public sealed class RerunWorkflowFromEventOptions
{
    /// <summary>Id of the instance the rerun creates; null: a new id.</summary>
    public string? NewInstanceId { get; set; }

    /// <summary>Used only together with <see cref="OverwriteInput"/>.</summary>
    public object? Input { get; set; }

    /// <summary>Whether <see cref="Input"/>, null included, replaces the recorded input of the event.</summary>
    public bool OverwriteInput { get; set; }
}
