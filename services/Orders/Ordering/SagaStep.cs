using System.Text.Json.Serialization;

namespace Orders.Ordering;

/// <summary>
/// Stored format: a step of the saga with the state of its action. The state of its compensation is in <see cref="Compensation"/>.
/// </summary>
/// <param name="At">When the step came into its state. Records from before the other times were kept have this one alone.</param>
/// <param name="Error">Why the action failed, in words for customers.</param>
internal sealed record SagaStep(string Name, StepState State, DateTimeOffset? At = null, string? Error = null)
{
    /// <summary>The stable code of <see cref="Error"/>.</summary>
    public string? Code { get; init; }

    /// <summary>The technical cause of <see cref="Error"/>, for operators alone; null for a refusal, whose words say all.</summary>
    public string? Cause { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The number of attempts of the saga. Repetitions by a resiliency policy within one attempt do not count.</summary>
    public int? Attempts { get; init; }

    public StepCompensation? Compensation { get; init; }

    /// <summary><see cref="Error"/>, <see cref="Code"/> and <see cref="Cause"/> as one.</summary>
    [JsonIgnore]
    public Failure? Failure
    {
        get => Failure.Of(Error, Code, Cause);
        init => (Error, Code, Cause) = (value?.Reason, value?.Code, value?.Cause);
    }

    /// <summary>The state of the action alone, regardless of the compensation.</summary>
    [JsonIgnore]
    private StepState Outcome => Error is null ? StepState.Done : StepState.Failed;

    public SagaStep Start(DateTimeOffset at) => this with { StartedAt = StartedAt ?? at };

    public SagaStep Complete(DateTimeOffset at, int attempts = 1) =>
        this with
        {
            State = StepState.Done,
            At = at,
            StartedAt = StartedAt ?? at,
            EndedAt = at,
            Attempts = (Attempts ?? 0) + attempts,
            Failure = null,
        };

    public SagaStep Fail(Failure failure, DateTimeOffset at, int attempts = 1) =>
        this with
        {
            State = StepState.Failed,
            At = at,
            StartedAt = StartedAt ?? at,
            EndedAt = at,
            Attempts = (Attempts ?? 0) + attempts,
            Failure = failure,
        };

    /// <summary>The compensation begins, or begins again after a person's decision.</summary>
    public SagaStep StartUndo(DateTimeOffset at) =>
        this with
        {
            State = State == StepState.Intervention ? Outcome : State,
            Compensation = (Compensation ?? new StepCompensation(CompensationState.Pending)) with
            {
                State = CompensationState.Pending,
                StartedAt = Compensation?.StartedAt ?? at,
                EndedAt = null,
            },
        };

    /// <summary>An attempt at the compensation had no answer; another one follows.</summary>
    public SagaStep MissUndo(DateTimeOffset at) => Undoing(at, CompensationState.Pending, 1) with { At = At };

    /// <summary>A failed step stays failed even if it was compensated; its error gives the reason.</summary>
    public SagaStep CompleteUndo(DateTimeOffset at, int attempts = 1) =>
        Undoing(at, CompensationState.Done, attempts) with
        {
            State = Undone,
        };

    /// <summary>The compensation keeps failing and waits for a person.</summary>
    public SagaStep FailUndo(Failure failure, DateTimeOffset at, int attempts)
    {
        var failed = Undoing(at, CompensationState.Failed, attempts);
        return failed with { State = StepState.Intervention, Compensation = failed.Compensation! with { Failure = failure } };
    }

    /// <summary>A person has decided that the step stays as it is (skip), or has undone it by hand (resolved).</summary>
    public SagaStep Settle(InterventionDecided decided)
    {
        var resolved = decided.Decision == OperatorDecision.Resolved;
        var settled = Undoing(decided.At, resolved ? CompensationState.Resolved : CompensationState.Skipped, 0);
        return settled with
        {
            State = resolved ? Undone : Outcome,
            Compensation = settled.Compensation! with { By = decided.Operator, Note = decided.Note },
        };
    }

    /// <summary>The goods have left before they could be called back: the step is done after all.</summary>
    public SagaStep KeepDone(DateTimeOffset at) => Complete(EndedAt ?? at, 0) with { Compensation = null };

    private StepState Undone => Outcome == StepState.Failed ? StepState.Failed : StepState.Compensated;

    private SagaStep Undoing(DateTimeOffset at, CompensationState state, int attempts)
    {
        var before = Compensation ?? new StepCompensation(state);
        return this with
        {
            At = at,
            Compensation = before with
            {
                State = state,
                StartedAt = before.StartedAt ?? at,
                EndedAt = state == CompensationState.Pending ? null : at,
                Attempts = (before.Attempts ?? 0) + attempts,
            },
        };
    }
}

internal enum StepState
{
    Pending,
    Done,
    Failed,
    Compensated,

    /// <summary>Its compensation keeps failing and waits for a person.</summary>
    Intervention,
}

/// <summary>Stored format: the compensation of a step over all rounds; <paramref name="State"/> is that of the last round.</summary>
internal sealed record StepCompensation(CompensationState State)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    /// <summary>Why the last round failed, in words for customers.</summary>
    public string? Error { get; init; }

    public string? Code { get; init; }

    /// <summary>The technical cause, for operators alone.</summary>
    public string? Cause { get; init; }

    /// <summary><see cref="Error"/>, <see cref="Code"/> and <see cref="Cause"/> as one.</summary>
    [JsonIgnore]
    public Failure? Failure
    {
        get => Failure.Of(Error, Code, Cause);
        init => (Error, Code, Cause) = (value?.Reason, value?.Code, value?.Cause);
    }

    /// <summary>The operator who decided.</summary>
    public string? By { get; init; }

    public string? Note { get; init; }
}

internal enum CompensationState
{
    /// <summary>Under way.</summary>
    Pending,
    Done,

    /// <summary>Keeps failing; an operator has to decide.</summary>
    Failed,

    /// <summary>A person has decided to leave the step as it is.</summary>
    Skipped,

    /// <summary>A person has undone the step by hand.</summary>
    Resolved,
}
