using Sidecar.Workflows.Protocol;
using Google.Protobuf;
using Sidecar.State;
using Sidecar.Workflows.History;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// Steps: history appended, inbox consumed, status, markers and what other instances are told, all in one transaction. Only
/// after it does anything of the step happen.
/// </summary>
internal sealed partial class Instance
{
    private async ValueTask StepAsync(OutstandingTurn current, TurnOutcome outcome)
    {
        if (!await KnowETagAsync()) return;
        var mail = await Mail.PrepareAsync(runtime, this, outcome.Messages, runtime.Drain.Stopping);
        var ends = outcome.Events.Exists(e => e.ExecutionCompleted is not null);
        var (writes, sizes) = HistoryWrites(outcome.Events);
        writes.AddRange(current.Batch.Where(m => m.IsStored).Select(m => StateWrite.Delete(keys.Inbox(m.Sequence))));
        AddCustomStatus(writes, outcome.CustomStatus);
        if (ends) AddEnding(writes, outcome.Events, owesMail: mail.HasRemote);
        writes.AddRange(mail.Writes);
        if (birth is not null && !ends) writes.AddRange(birth);
        else if (birth is not null) writes.AddRange(birth.Where(w => w.Key != runtime.Store.Keys.Pending(Id)));
        writes.Add(MetadataWrite(ends ? 0 : inbox.Waiting.Count(m => m.IsStored), execution.History.Count + outcome.Events.Count));

        if (!await CommitAsync(writes, ownsMetadata: true, isLast: ends))
        {
            unsettled.Add(mail.SettleAsync);
            return;
        }

        runtime.Meter.Step();
        if (outcome.Events.Find(e => e.ExecutionStarted is not null) is { } began)
        {
            var due = (began.ExecutionStarted.ScheduledStartTimestamp ?? began.Timestamp).ToDateTimeOffset();
            runtime.Meter.Began(began.ExecutionStarted.Name, outcome.Events[0].Timestamp.ToDateTimeOffset() - due);
        }
        Forget(current);
        for (var i = 0; i < outcome.Events.Count; i++) execution.Append(outcome.Events[i], sizes[i]);
        execution.CustomStatus = outcome.CustomStatus;
        if (ends) Finish();
        foreach (var message in current.Batch) message.Answer(null);
        mail.Send();
        if (ends)
        {
            SendOwed(mail);
            // As in daprd, activities of the last turn run, although nobody waits for their results.
            foreach (var scheduled in outcome.Events.Where(e => e.TaskScheduled is not null)) StartActivity(scheduled);
        }
        else
        {
            foreach (var refused in mail.Refused) Receive(refused);
            foreach (var happened in outcome.Events) Undertake(happened);
            foreach (var remote in mail.Remote) _ = Remote.DeliverAsync(runtime, this, remote);
        }

        Publish();
    }

    private (List<StateWrite> Writes, int[] Sizes) HistoryWrites(List<HistoryEvent> events)
    {
        var writes = new List<StateWrite>(events.Count + 8);
        var sizes = new int[events.Count];
        for (var i = 0; i < events.Count; i++)
        {
            var bytes = events[i].ToByteArray();
            sizes[i] = bytes.Length;
            writes.Add(StateWrite.Upsert(keys.History(execution.History.Count + i), bytes));
        }

        return (writes, sizes);
    }

    private void AddCustomStatus(List<StateWrite> writes, string? status)
    {
        if (status != execution.CustomStatus) writes.Add(StateWrite.Upsert(keys.CustomStatus, CustomStatusValue(status)));
    }

    private void AddEnding(List<StateWrite> writes, List<Sidecar.Workflows.Protocol.HistoryEvent> events, bool owesMail)
    {
        if (Retention.Mark(runtime, Id, events.First(e => e.ExecutionCompleted is not null)) is { } mark) writes.Add(mark);
        writes.Add(StateWrite.Delete(runtime.Store.Keys.Pending(Id)));
        if (owesMail) writes.Add(StateWrite.Upsert(runtime.Store.Keys.Owed(Id), "1"u8.ToArray()));
        writes.AddRange(inbox.Waiting.Where(m => m.IsStored).Select(m => StateWrite.Delete(keys.Inbox(m.Sequence))));
    }

    private async ValueTask StallAsync(Stall stall)
    {
        if (!await KnowETagAsync()) return;
        runtime.Logger.InstanceStalled(Id, stall.Reason.ToString(), stall.Description);
        // Trying again with the same result is no news.
        if (execution.History is [.., { ExecutionStalled: { } last }] && last.Description == stall.Description) return;

        var stalled = HistoryEvents.Stalled(runtime.Now, stall);
        var (writes, sizes) = HistoryWrites([stalled]);
        if (birth is not null) writes.AddRange(birth);
        writes.Add(MetadataWrite(inbox.Waiting.Count(m => m.IsStored), execution.History.Count + 1));
        if (!await CommitAsync(writes, ownsMetadata: true)) return;
        execution.Append(stalled, sizes[0]);
        Publish();
    }

    private async ValueTask ContinueAsNewAsync(OutstandingTurn current, TurnOutcome outcome, Continuation next)
    {
        if (!await KnowETagAsync()) return;
        var mail = await Mail.PrepareAsync(runtime, this, outcome.Messages, runtime.Drain.Stopping);
        var execution = new Execution(Id) { CustomStatus = outcome.CustomStatus, Incoming = next.Incoming };
        // New places for all, so that the start event and what is carried over come before what has not been looked at.
        var carried = next.Events.Select(e => new Message(e, NextSequence()) { IsStored = true }).ToList();
        var later = inbox.Waiting
            .Where(m => !m.IsDerived && Resolution.Of(m.Event) is null)
            .Select(m => new Message(m.Event, NextSequence(), m.ForExecution) { IsStored = true, FromClient = m.FromClient, Sender = m.Sender })
            .ToList();

        var writes = new List<StateWrite>();
        writes.AddRange(Enumerable.Range(0, this.execution.History.Count).Select(i => StateWrite.Delete(keys.History(i))));
        writes.AddRange(inbox.Waiting.Concat(current.Batch).Where(m => m.IsStored).Select(m => StateWrite.Delete(keys.Inbox(m.Sequence))));
        writes.AddRange(carried.Concat(later).Select(InboxWrite));
        AddCustomStatus(writes, outcome.CustomStatus);
        if (next.Incoming is not null) writes.Add(StateWrite.Upsert(keys.Propagated, next.Incoming.ToByteArray()));
        writes.AddRange(mail.Writes);
        if (birth is not null) writes.AddRange(birth);
        generation++;
        writes.Add(MetadataWrite(carried.Count + later.Count, historyLength: 0));
        if (!await CommitAsync(writes, ownsMetadata: true))
        {
            unsettled.Add(mail.SettleAsync);
            return;
        }

        runtime.Meter.Step();
        runtime.Spans.Ended(Id, this.execution.History.Concat(outcome.Events), OrchestrationStatus.ContinuedAsNew);
        Forget(current);
        LayDown();
        foreach (var message in current.Batch.Concat(inbox.Waiting)) message.Answer(null);
        this.execution = execution;
        continued = true;
        inbox.Replace([.. carried, .. later]);
        mail.Send();
        foreach (var remote in mail.Remote) _ = Remote.DeliverAsync(runtime, this, remote);
        Publish();
    }

    private void Forget(OutstandingTurn current)
    {
        current.Grace?.Dispose();
        inbox.Consumed(current.Batch);
        turn = null;
    }

    private void Publish()
    {
        if (runtime.Board.IsWatched(Id)) runtime.Board.Publish(Id, State());
    }
}
