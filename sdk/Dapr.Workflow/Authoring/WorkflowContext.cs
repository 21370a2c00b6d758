using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>
/// What a workflow may do. Every operation is recorded, so it may only be called from the workflow's own code,
/// and every member returns the same on each replay. Members are virtual or abstract so that tests can mock them.
/// </summary>
public abstract class WorkflowContext : IWorkflowContext
{
    public abstract string Name { get; }

    public abstract string InstanceId { get; }

    public abstract DateTime CurrentUtcDateTime { get; }

    public abstract bool IsReplaying { get; }

    public abstract bool IsPatched(string patchName);

    /// <inheritdoc cref="CallActivityAsync{T}"/>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Runs an activity, at least once, and returns its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity failed, after all retries of the policy if there is one.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>A durable timer: it fires after restarts too.</summary>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <param name="fireAt">In UTC.</param>
    /// <param name="cancellationToken">Ends the wait with <see cref="TaskCanceledException"/>; the recorded timer stays.</param>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>
    /// The oldest event of that name not yet taken, whether raised before or after this call. Names match without regard to case.
    /// </summary>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <param name="eventName">Matches without regard to case.</param>
    /// <param name="timeout">Zero gives up at once, a negative value waits without end.</param>
    /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
    public virtual async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        using var timer = new CancellationTokenSource();
        using var wait = new CancellationTokenSource();
        var timedOut = CreateTimer(timeout, timer.Token);
        var raised = WaitForExternalEventAsync<T>(eventName, wait.Token);
        var loser = await Task.WhenAny(timedOut, raised) == raised ? timer : wait;
        await loser.CancelAsync();
        return await raised;
    }

    /// <summary>Raises an event on another instance of this app. Fire and forget: a missing instance is no error.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what clients read as the custom status, from the end of this turn on.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another workflow as a child and returns its output.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed or was terminated.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <inheritdoc cref="CallChildWorkflowAsync{TResult}"/>
    public virtual Task CallChildWorkflowAsync(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)"/>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)"/>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>
    /// Ends this execution and starts the same instance anew with an empty history. The workflow should return right after.
    /// </summary>
    /// <param name="newInput">Input of the new execution.</param>
    /// <param name="preserveUnprocessedEvents">Whether events raised and not taken go over to the new execution.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A unique id that is the same on every replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>The history handed down by the parent, or null when it hands down none.</summary>
    public abstract PropagatedHistory? GetPropagatedHistory();
}
