using System.Globalization;
using System.Text;
using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Purges finished instances after their retention time. The time is stored with the instance's last step, so that it survives a restart.
/// </summary>
internal static class Retention
{
    /// <summary>The write of an instance's last step; null if the instance is kept.</summary>
    public static StateWrite? Mark(WorkflowRuntime runtime, string id, HistoryEvent completion) =>
        Kept(runtime, completion.ExecutionCompleted.WorkflowStatus) is { } kept
            ? StateWrite.Upsert(
                runtime.Store.Keys.Retained(id),
                Encoding.UTF8.GetBytes(Text(completion.Timestamp.ToDateTimeOffset() + kept))
            )
            : null;

    public static void Watch(WorkflowRuntime runtime, string id, Execution execution)
    {
        if (execution is { Completed: { } completed, CompletedAt: { } at } && Kept(runtime, completed.WorkflowStatus) is { } kept)
        {
            Watch(runtime, id, at.ToDateTimeOffset() + kept);
        }
    }

    public static void Watch(WorkflowRuntime runtime, string id, DateTimeOffset due) =>
        runtime.Timers.Schedule(due, () => _ = Task.Run(() => PurgeAsync(runtime, id)));

    public static DateTimeOffset Due(StateEntry marked) =>
        DateTimeOffset.Parse(Encoding.UTF8.GetString(marked.Value.Span), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private static async Task PurgeAsync(WorkflowRuntime runtime, string id)
    {
        runtime.Drain.Enter();
        try
        {
            for (var attempt = 0; await TryPurgeAsync(runtime, id) is { } reason; attempt++)
            {
                var delay = runtime.RetryDelay(attempt);
                runtime.Logger.RetentionFailed(id, delay, reason);
                await Task.Delay(delay, runtime.Clock, runtime.Drain.Stopping);
            }
        }
        catch (OperationCanceledException) when (runtime.Drain.IsStopping)
        {
            // Its mark is in the store: the next start takes it up.
        }
        finally
        {
            runtime.Drain.Leave();
        }
    }

    /// <summary>Null if nothing is left to do, otherwise the reason for another attempt.</summary>
    private static async Task<string?> TryPurgeAsync(WorkflowRuntime runtime, string id)
    {
        try
        {
            if (!await IsDueAsync(runtime, id))
            {
                return null;
            }

            var begun = runtime.Clock.GetTimestamp();
            var (_, refusal) = await Purge.RunAsync(runtime, id, recursive: false, force: false);
            runtime.Meter.Operation("purge_workflow", refusal is null, runtime.Clock.GetElapsedTime(begun));
            return refusal?.Message;
        }
        catch (Exception e) when (!runtime.Drain.IsStopping)
        {
            return e.Message; // the store is down; no caller waits for this
        }
    }

    /// <summary>A newer instance with the same id has no mark, or a later one.</summary>
    private static async ValueTask<bool> IsDueAsync(WorkflowRuntime runtime, string id) =>
        await runtime.Store.FindAsync(runtime.Store.Keys.Retained(id), runtime.Drain.Stopping) is { } marked && Due(marked) <= runtime.Now;

    /// <summary>The time that an instance with <paramref name="status"/> is kept; null: until it is purged.</summary>
    private static TimeSpan? Kept(WorkflowRuntime runtime, OrchestrationStatus status)
    {
        var policy = runtime.Options.Retention;
        return status switch
        {
            OrchestrationStatus.Completed => policy?.Completed,
            OrchestrationStatus.Failed => policy?.Failed,
            OrchestrationStatus.Terminated => policy?.Terminated,
            _ => null,
        } ?? policy?.AnyTerminal;
    }

    private static string Text(DateTimeOffset due) => due.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
