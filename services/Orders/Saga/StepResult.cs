using Orders.Ordering;

namespace Orders.Saga;

/// <summary>The result of a step after all its attempts.</summary>
internal abstract record StepResult
{
    private StepResult(int attempts) => Attempts = attempts;

    /// <summary>The number of calls of the activity.</summary>
    public int Attempts { get; }

    public sealed record Done(int Tries) : StepResult(Tries);

    public abstract record Failed(Failure Failure, int Tries) : StepResult(Tries);

    /// <summary>The service has refused: the step did not happen.</summary>
    public sealed record Refused(Failure Failure, int Tries) : Failed(Failure, Tries);

    /// <summary>Every attempt failed for technical reasons: the step may have happened nevertheless.</summary>
    public sealed record Unknown(Failure Failure, int Tries) : Failed(Failure, Tries);
}
