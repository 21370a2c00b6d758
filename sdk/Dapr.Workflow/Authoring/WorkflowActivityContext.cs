using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

public abstract class WorkflowActivityContext
{
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>
    /// The same for every delivery of one scheduled task, another one for each retry of a retry policy.
    /// For an idempotency key across retries combine <see cref="InstanceId"/> with the step's name.
    /// </summary>
    public abstract string TaskExecutionKey { get; }

    public abstract string InstanceId { get; }
}
