using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults.Refusals;

/// <summary>A value, or the refusal that explains why there is none.</summary>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }

    public Refusal? Refusal { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    /// <summary>As an endpoint's typed result, so that OpenAPI shows the shape of the value.</summary>
    public Results<TResult, ProblemHttpResult> ToResult<TResult>(Func<T, TResult> onValue)
        where TResult : IResult => Refusal is null ? onValue(Value!) : Refusal.ToProblem();
}
