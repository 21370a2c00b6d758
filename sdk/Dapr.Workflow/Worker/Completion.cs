namespace Dapr.Workflow.Worker;

/// <summary>How handing in a result ended.</summary>
internal enum Completion
{
    Accepted,

    /// <summary>The sidecar refused the message for its size.</summary>
    TooLarge,

    /// <summary>The sidecar no longer wants the result, or was away for too long; it hands the work out again if it needs it.</summary>
    Dropped,
}
