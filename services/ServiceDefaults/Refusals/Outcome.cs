using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Refusals;

/// <summary>A value, or the refusal that explains why there is none.</summary>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }

    public Refusal? Refusal { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    public IResult ToResult(Func<T, IResult> onValue) => Refusal is null ? onValue(Value!) : Refusal.ToProblem();
}
