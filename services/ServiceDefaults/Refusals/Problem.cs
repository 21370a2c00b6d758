using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults.Refusals;

/// <summary>Error answers: RFC 9457 problem details with the member <c>code</c>.</summary>
public static class Problem
{
    public const string MediaType = "application/problem+json";

    /// <param name="members">Further members, for programs.</param>
    public static ProblemHttpResult Of(int status, string code, string detail, IReadOnlyDictionary<string, object?>? members = null) =>
        TypedResults.Problem(
            detail,
            statusCode: status,
            extensions: new Dictionary<string, object?>(members ?? new Dictionary<string, object?>()) { ["code"] = code }
        );
}
