using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults.Refusals;

/// <summary>
/// An expected no: what is asked for can't be, and trying again does not help. <paramref name="Code"/> is stable and meant for
/// programs, <paramref name="Detail"/> for people.
/// </summary>
public sealed record Refusal(int Status, string Code, string Detail)
{
    /// <summary>Further members of the problem details, for programs: what the code alone does not say.</summary>
    public IReadOnlyDictionary<string, object?> Members { get; init; } = new Dictionary<string, object?>();

    public static Refusal Invalid(string code, string detail) => new(StatusCodes.Status400BadRequest, code, detail);

    public static Refusal NotFound(string code, string detail) => new(StatusCodes.Status404NotFound, code, detail);

    public static Refusal Conflict(string code, string detail) => new(StatusCodes.Status409Conflict, code, detail);

    public static Refusal Unprocessable(string code, string detail) => new(StatusCodes.Status422UnprocessableEntity, code, detail);

    /// <summary>As RFC 9457 problem details with the member <c>code</c>.</summary>
    public ProblemHttpResult ToProblem() =>
        TypedResults.Problem(Detail, statusCode: Status, extensions: new Dictionary<string, object?>(Members) { ["code"] = Code });
}

/// <summary>A value or the reason why there is none.</summary>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }

    public Refusal? Refusal { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    public IResult ToResult(Func<T, IResult> onValue) => Refusal is null ? onValue(Value!) : Refusal.ToProblem();
}
