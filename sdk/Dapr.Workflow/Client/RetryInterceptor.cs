namespace Dapr.Workflow.Client;

/// <summary>
/// Repeats a call as a retry policy says. Only <see cref="WorkflowTaskFailedException"/> is retried;
/// the last failure is thrown when no attempt is left.
/// </summary>
public sealed class RetryInterceptor<T>
{
    private readonly IWorkflowContext _context;
    private readonly WorkflowRetryPolicy _policy;
    private readonly Func<Task<T>> _attempt;
    private readonly Func<TimeSpan, Task> _pause;
    private readonly bool _stayInContext;

    /// <param name="context">Gives the time, and the timers unless <paramref name="retryTimerFactory"/> does.</param>
    /// <param name="retryPolicy">When and how often.</param>
    /// <param name="retryCall">One attempt.</param>
    /// <param name="retryTimerFactory">Makes the durable pause before the next attempt.</param>
    public RetryInterceptor(
        IWorkflowContext context,
        WorkflowRetryPolicy retryPolicy,
        Func<Task<T>> retryCall,
        Func<TimeSpan, Task>? retryTimerFactory = null)
        : this(context, retryPolicy, retryCall, retryTimerFactory ?? (delay => Pause(context, delay)), stayInContext: true)
    {
    }

    // Attempts of the SDK itself complete without a synchronization context, those of a caller with the turn's.
    internal RetryInterceptor(
        IWorkflowContext context, WorkflowRetryPolicy policy, Func<Task<T>> attempt, Func<TimeSpan, Task> pause, bool stayInContext)
    {
        _context = context;
        _policy = policy;
        _attempt = attempt;
        _pause = pause;
        _stayInContext = stayInContext;
    }

    public async Task<T?> Invoke()
    {
        var started = _context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return await _attempt().ConfigureAwait(_stayInContext);
            }
            catch (WorkflowTaskFailedException)
            {
                if (_policy.PauseAfter(attempt, _context.CurrentUtcDateTime - started) is not { } next)
                {
                    throw;
                }

                pause = next;
            }

            await _pause(pause).ConfigureAwait(_stayInContext);
        }
    }

    private static Task Pause(IWorkflowContext context, TimeSpan delay) => context is WorkflowContext workflow
        ? workflow.CreateTimer(delay)
        : throw new InvalidOperationException("Pauses between retries need a WorkflowContext or a timer factory.");
}
