using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults.Refusals;

/// <summary>The reasons for which a rule can refuse. <see cref="RefusalStatuses"/> maps each to an HTTP status.</summary>
public enum RefusalKind
{
    /// <summary>The request breaks the contract: a field is missing, malformed or out of range.</summary>
    Invalid,

    /// <summary>The caller has no right to it.</summary>
    Forbidden,

    /// <summary>It does not exist, or not for this caller.</summary>
    NotFound,

    /// <summary>The present state does not allow it.</summary>
    Conflict,

    /// <summary>The request is well-formed, and names something that does not exist or can't be sold.</summary>
    Unprocessable,

    /// <summary>The customer has too much under way; a later repetition can succeed.</summary>
    TooMany,

    /// <summary>All customers together have too much under way; a later repetition can succeed.</summary>
    Overloaded,
}

/// <summary>
/// An expected failure: the request can't be carried out, and a repetition does not help unless <paramref name="Kind"/> says so.
/// <paramref name="Code"/> is stable and meant for programs, <paramref name="Detail"/> for people.
/// </summary>
public sealed record Refusal(RefusalKind Kind, string Code, string Detail)
{
    /// <summary>Further members of the problem details, for programs: what the code alone does not say.</summary>
    public IReadOnlyDictionary<string, object?> Members { get; init; } = new Dictionary<string, object?>();

    public static Refusal Invalid(string code, string detail) => new(RefusalKind.Invalid, code, detail);

    public static Refusal Forbidden(string code, string detail) => new(RefusalKind.Forbidden, code, detail);

    public static Refusal NotFound(string code, string detail) => new(RefusalKind.NotFound, code, detail);

    public static Refusal Conflict(string code, string detail) => new(RefusalKind.Conflict, code, detail);

    public static Refusal Unprocessable(string code, string detail) => new(RefusalKind.Unprocessable, code, detail);

    /// <summary>True if the same request can succeed later.</summary>
    public bool IsTemporary => Kind is RefusalKind.TooMany or RefusalKind.Overloaded;

    /// <summary>As RFC 9457 problem details with the member <c>code</c>.</summary>
    public ProblemHttpResult ToProblem() => Problem.Of(RefusalStatuses.Of(Kind), Code, Detail, Members);
}
