namespace ServiceDefaults.Refusals;

/// <summary>
/// The result of a rule, one of three: <see cref="Event"/> happens; there is nothing to do, because it has happened before or does not
/// matter any more; or the rule refuses. <typeparamref name="TEvent"/> is the event, or the record as it is from now on.
/// </summary>
public readonly record struct Decision<TEvent>
    where TEvent : class
{
    private Decision(TEvent? @event, Refusal? refusal) => (Event, Refusal) = (@event, refusal);

    /// <summary>Null if there is nothing to do, or if the rule refuses.</summary>
    public TEvent? Event { get; }

    /// <summary>Null unless the rule refuses.</summary>
    public Refusal? Refusal { get; }

    public bool IsNothingToDo => Event is null && Refusal is null;

    public static implicit operator Decision<TEvent>(TEvent @event) => new(@event, null);

    public static implicit operator Decision<TEvent>(Refusal refusal) => new(null, refusal);

    public static implicit operator Decision<TEvent>(NothingToDo nothing) => default;

    /// <summary>The other decision if this one leaves nothing to do.</summary>
    public Decision<TEvent> Or(Func<Decision<TEvent>> other) => IsNothingToDo ? other() : this;
}

/// <summary>Converts to a <see cref="Decision{TEvent}"/> of any event.</summary>
public readonly record struct NothingToDo;

public static class Decision
{
    public static readonly NothingToDo NothingToDo;
}
