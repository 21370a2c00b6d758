using Grpc.Core;
using Sidecar.State;
using Sidecar.Workflows.History;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Delivers messages to instances of other apps after the commit of the step that sends them. Delivery is at least once: the messages
/// follow from the sender's history, so a reloaded sender sends them again, and receivers ignore duplicates.
/// </summary>
internal static class CrossAppDelivery
{
    /// <summary>True when the other app has it, false when this engine stops first.</summary>
    public static async Task<bool> DeliverAsync(WorkflowRuntime runtime, Instance sender, OutgoingMessage message)
    {
        runtime.Drain.Enter();
        try
        {
            for (var attempt = 0; !sender.Ignores(message); attempt++)
            {
                var delay = runtime.RetryDelay(attempt);
                if (runtime.Peers.Find(message.App!) is { } peer)
                {
                    var refusal = await peer.DeliverAsync(message);
                    if (refusal?.Status != StatusCode.Unavailable)
                    {
                        await ReportAsync(runtime, sender, message, refusal);
                        return true;
                    }
                }
                else
                {
                    runtime.Logger.PeerMissing(message.App!, sender.Id, delay);
                }

                await Task.Delay(delay, runtime.Clock, runtime.Drain.Stopping);
            }

            return true;
        }
        catch (OperationCanceledException) when (runtime.Drain.IsStopping)
        {
            return false;
        }
        finally
        {
            runtime.Drain.Leave();
        }
    }

    /// <summary>
    /// Notifies other apps of the end of an instance until they have confirmed; the marker in the store makes this survive a crash.
    /// </summary>
    public static async Task DeliverPendingAsync(WorkflowRuntime runtime, Instance sender, IReadOnlyList<OutgoingMessage> messages)
    {
        var delivered = await Task.WhenAll(messages.Select(m => DeliverAsync(runtime, sender, m)));
        if (!Array.TrueForAll(delivered, t => t))
        {
            return;
        }

        var failure = await runtime.Store.CommitAsync(
            [StateWrite.Delete(runtime.Store.Keys.PendingNotifications(sender.Id))],
            CancellationToken.None
        );
        if (failure is not null)
        {
            runtime.Logger.MessageDropped(sender.Id, sender.Id, failure.Message);
        }
    }

    private static async Task ReportAsync(WorkflowRuntime runtime, Instance sender, OutgoingMessage message, WorkflowRefusal? refusal)
    {
        if (refusal is null)
        {
            return;
        }

        runtime.Logger.MessageDropped(sender.Id, message.Instance, refusal.Message);
        if (message.Event.ExecutionStarted?.ParentInstance is { } parent)
        {
            await sender.PostAsync(
                HistoryEvents.ChildFailed(runtime.Now, parent.TaskScheduledId, OutgoingMessages.Occupied(refusal)),
                parent.WorkflowInstance.ExecutionId
            );
        }
    }
}
