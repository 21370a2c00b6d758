using Sidecar.Workflows.History;

namespace Sidecar.Workflows.Instances;

/// <summary>Accepts or refuses the messages to an instance. Called by the instance's loop only, except <see cref="IsClosed"/>.</summary>
/// <param name="forget">Deletes a stored message that has no effect.</param>
internal sealed class MessageReceiver(ILogger logger, InstanceContents contents, Action<Message> forget)
{
    private volatile bool closed;
    private WorkflowRefusal? answerOnceClosed;

    public bool IsClosed => closed;

    /// <summary>Messages from now on are answered with <paramref name="refusal"/>; null is success.</summary>
    public void Close(WorkflowRefusal? refusal)
    {
        closed = true;
        answerOnceClosed = refusal;
    }

    /// <summary>Answers the messages in the inbox and empties it.</summary>
    public void AnswerWaiting(WorkflowRefusal? answer)
    {
        foreach (var message in contents.Inbox.Waiting)
        {
            message.Answer(answer);
        }

        contents.Inbox.Replace([]);
    }

    /// <summary>Answers all senders that still wait that their message was not accepted.</summary>
    public void Refuse(WorkflowRefusal refusal)
    {
        foreach (var message in contents.Inbox.Waiting.Concat(contents.Turn?.Batch ?? []))
        {
            message.Answer(refusal);
        }
    }

    /// <summary>Adds a message to the inbox, or answers why not.</summary>
    public void Receive(Message message)
    {
        if (IsClosed)
        {
            message.Answer(answerOnceClosed);
        }
        else if (message is { FromClient: true, Event.ExecutionTerminated: null } && contents.Execution.Stalled is not null)
        {
            // A client that suspends or resumes an instance waits for its new status, which a stalled one would not reach.
            message.Answer(WorkflowRefusal.Stalled(contents.Id));
        }
        else if (HasNoEffect(message))
        {
            logger.EventDropped(contents.Id, message.Event.EventTypeCase.ToString());
            if (message.IsStored)
            {
                forget(message);
            }

            message.Answer(null);
        }
        else
        {
            contents.Inbox.Add(message);
        }
    }

    /// <summary>A duplicate, or a result for an execution or an operation that is over. Kept, it would make the instance spin.</summary>
    private bool HasNoEffect(Message message)
    {
        var execution = contents.Execution;
        if (message.ForExecution is { Length: > 0 } meant && execution.ExecutionId is { } current && meant != current)
        {
            return true;
        }

        return Resolution.Of(message.Event) is { } resolution && (!execution.IsOpen(resolution) || contents.Inbox.IsSettling(resolution));
    }
}
