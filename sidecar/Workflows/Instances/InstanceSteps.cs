using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Commits the steps of an instance: new history, consumed inbox, status, markers and messages, all in one transaction. Effects of a step
/// follow its commit.
/// </summary>
internal sealed class InstanceSteps(
    WorkflowRuntime runtime,
    Instance instance,
    InstanceContents contents,
    InstanceLog log,
    PendingWork work,
    InstanceRecovery recovery
)
{
    private string Id => contents.Id;

    private Inbox Inbox => contents.Inbox;

    public async ValueTask StepAsync(OutstandingTurn current, TurnOutcome outcome)
    {
        if (!await log.KnowETagAsync())
        {
            return;
        }

        var outgoing = await OutgoingMessages.PrepareAsync(runtime, instance, outcome.Messages, runtime.Drain.Stopping);
        var ends = outcome.Events.Exists(e => e.ExecutionCompleted is not null);
        var (writes, sizes) = log.HistoryWrites(outcome.Events);
        writes.AddRange(current.Batch.Where(m => m.IsStored).Select(log.InboxDelete));
        log.AddCustomStatus(writes, outcome.CustomStatus);
        if (ends)
        {
            AddEnding(writes, outcome.Events, owesMail: outgoing.HasMessagesToOtherApps);
        }

        writes.AddRange(outgoing.Writes);
        writes.InsertRange(0, log.FirstWrites);
        writes.Add(
            log.MetadataWrite(ends ? 0 : Inbox.Waiting.Count(m => m.IsStored), contents.Execution.History.Count + outcome.Events.Count)
        );

        if (!await log.CommitAsync(writes, ownsMetadata: true, isLast: ends))
        {
            recovery.SettleLater(outgoing);
            return;
        }

        runtime.Meter.Step();
        if (outcome.Events.Find(e => e.ExecutionStarted is not null) is { } began)
        {
            var due = (began.ExecutionStarted.ScheduledStartTimestamp ?? began.Timestamp).ToDateTimeOffset();
            runtime.Meter.Began(began.ExecutionStarted.Name, outcome.Events[0].Timestamp.ToDateTimeOffset() - due);
        }
        Forget(current);
        for (var i = 0; i < outcome.Events.Count; i++)
        {
            contents.Execution.Append(outcome.Events[i], sizes[i]);
        }

        contents.Execution.CustomStatus = outcome.CustomStatus;
        if (ends)
        {
            instance.Finish();
        }

        foreach (var message in current.Batch)
        {
            message.Answer(null);
        }

        outgoing.Send();
        if (ends)
        {
            if (outgoing.HasMessagesToOtherApps)
            {
                _ = CrossAppDelivery.DeliverPendingAsync(runtime, instance, outgoing.ToOtherApps);
            }
            // As in daprd, activities of the last turn run, although their results are not used.
            foreach (var scheduled in outcome.Events.Where(e => e.TaskScheduled is not null))
            {
                work.StartActivity(scheduled);
            }
        }
        else
        {
            foreach (var refused in outgoing.Refused)
            {
                instance.Receive(refused);
            }

            foreach (var @event in outcome.Events)
            {
                work.Start(@event);
            }

            foreach (var remote in outgoing.ToOtherApps)
            {
                _ = CrossAppDelivery.DeliverAsync(runtime, instance, remote);
            }
        }

        instance.Publish();
    }

    public async ValueTask StallAsync(Stall stall)
    {
        if (!await log.KnowETagAsync())
        {
            return;
        }

        runtime.Logger.InstanceStalled(Id, stall.Reason.ToString(), stall.Description);
        var history = contents.Execution.History;
        // Trying again with the same result is no news.
        if (history is [.., { ExecutionStalled: { } last }] && last.Description == stall.Description)
        {
            return;
        }

        var stalled = HistoryEvents.Stalled(runtime.Now, stall);
        var (writes, sizes) = log.HistoryWrites([stalled]);
        writes.InsertRange(0, log.FirstWrites);
        writes.Add(log.MetadataWrite(Inbox.Waiting.Count(m => m.IsStored), history.Count + 1));
        if (!await log.CommitAsync(writes, ownsMetadata: true))
        {
            return;
        }

        contents.Execution.Append(stalled, sizes[0]);
        instance.Publish();
    }

    public async ValueTask ContinueAsNewAsync(OutstandingTurn current, TurnOutcome outcome, Continuation next)
    {
        if (!await log.KnowETagAsync())
        {
            return;
        }

        var outgoing = await OutgoingMessages.PrepareAsync(runtime, instance, outcome.Messages, runtime.Drain.Stopping);
        var execution = new Execution(Id) { CustomStatus = outcome.CustomStatus, Incoming = next.Incoming };
        // New sequence numbers for all, so that the start event and carried-over events come before unread ones.
        var carried = next.Events.Select(e => new Message(e, contents.NextSequence()) { IsStored = true }).ToList();
        var later = Inbox
            .Waiting.Where(m => !m.IsDerived && Resolution.Of(m.Event) is null)
            .Select(m => new Message(m.Event, contents.NextSequence(), m.ForExecution)
            {
                IsStored = true,
                FromClient = m.FromClient,
                Sender = m.Sender,
            })
            .ToList();

        var writes = new List<StateWrite>(log.HistoryDeletes());
        writes.AddRange(Inbox.Waiting.Concat(current.Batch).Where(m => m.IsStored).Select(log.InboxDelete));
        writes.AddRange(carried.Concat(later).Select(log.InboxWrite));
        log.AddCustomStatus(writes, outcome.CustomStatus);
        if (next.Incoming is not null)
        {
            writes.Add(log.PropagatedWrite(next.Incoming));
        }

        writes.AddRange(outgoing.Writes);
        writes.InsertRange(0, log.FirstWrites);
        log.BeginGeneration();
        writes.Add(log.MetadataWrite(carried.Count + later.Count, historyLength: 0));
        if (!await log.CommitAsync(writes, ownsMetadata: true))
        {
            recovery.SettleLater(outgoing);
            return;
        }

        runtime.Meter.Step();
        runtime.Spans.Ended(Id, contents.Execution.History.Concat(outcome.Events), OrchestrationStatus.ContinuedAsNew);
        Forget(current);
        work.Cancel();
        foreach (var message in current.Batch.Concat(Inbox.Waiting))
        {
            message.Answer(null);
        }

        contents.Execution = execution;
        contents.Continued = true;
        Inbox.Replace([.. carried, .. later]);
        outgoing.Send();
        foreach (var remote in outgoing.ToOtherApps)
        {
            _ = CrossAppDelivery.DeliverAsync(runtime, instance, remote);
        }

        instance.Publish();
    }

    /// <summary>Messages that no step has consumed and that a crash would lose.</summary>
    public List<Message> Unsaved()
    {
        List<Message> unsaved = [.. Inbox.Waiting.Where(m => m.NeedsSaving)];
        // A running turn saves its own messages with its step, unless that takes longer than their senders should wait.
        if (contents.Turn is { GraceIsOver: true } turn)
        {
            unsaved.AddRange(turn.Batch.Where(m => m.NeedsSaving));
        }

        return unsaved;
    }

    /// <summary>Saves all waiting messages in one commit, however many senders they have.</summary>
    public async ValueTask SaveAsync(List<Message> unsaved)
    {
        var writes = unsaved.ConvertAll(log.InboxWrite);
        var born = log.IsUnborn;
        if (born)
        {
            writes.InsertRange(0, log.FirstWrites);
            writes.Add(log.MetadataWrite(unsaved.Count, contents.Execution.History.Count));
        }

        if (!await log.CommitAsync(writes, ownsMetadata: born))
        {
            return;
        }

        foreach (var message in unsaved)
        {
            message.IsStored = true;
            message.Answer(null);
        }

        if (born)
        {
            instance.Publish();
        }
    }

    /// <summary>Deletes a stored message that settles nothing.</summary>
    public async ValueTask ForgetAsync(Message message) => await log.CommitAsync([log.InboxDelete(message)], ownsMetadata: false);

    private void AddEnding(List<StateWrite> writes, List<HistoryEvent> events, bool owesMail)
    {
        if (Retention.Mark(runtime, Id, events.First(e => e.ExecutionCompleted is not null)) is { } mark)
        {
            writes.Add(mark);
        }

        writes.Add(StateWrite.Delete(runtime.Store.Keys.Pending(Id)));
        if (owesMail)
        {
            writes.Add(StateWrite.Upsert(runtime.Store.Keys.PendingNotifications(Id), "1"u8.ToArray()));
        }

        writes.AddRange(Inbox.Waiting.Where(m => m.IsStored).Select(log.InboxDelete));
    }

    private void Forget(OutstandingTurn current)
    {
        current.Grace?.Dispose();
        Inbox.Consumed(current.Batch);
        contents.Turn = null;
    }
}
