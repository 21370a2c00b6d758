using System.Text.Json.Nodes;

namespace Console.Edge;

/// <summary>The reason of a refused or failed request. <paramref name="Code"/> is the contract's, where there is one.</summary>
public sealed record Problem(int Status, string? Code, string? Detail)
{
    public const string Unreachable = "unreachable";

    /// <summary>The person's token counts no more.</summary>
    public bool IsExpired => Status == StatusCodes.Status401Unauthorized;

    public bool IsForbidden => Status == StatusCodes.Status403Forbidden;

    public bool IsMissing => Status == StatusCodes.Status404NotFound;

    /// <summary>A service is away or late: the same again may succeed.</summary>
    public bool IsPassing =>
        Status
            is StatusCodes.Status429TooManyRequests
                or StatusCodes.Status502BadGateway
                or StatusCodes.Status503ServiceUnavailable
                or StatusCodes.Status504GatewayTimeout;

    public static Problem Away(string detail) => new(StatusCodes.Status503ServiceUnavailable, Unreachable, detail);
}

/// <summary>The gateway's answer: a value or a problem, never both.</summary>
public sealed record Answer<T>(T? Value, Problem? Problem)
    where T : class;

/// <summary>An answer whose content does not matter.</summary>
public sealed class Done
{
    public static readonly Done Value = new();

    public static Answer<Done> Of(Answer<JsonNode> answer) => new(answer.Problem is null ? Value : null, answer.Problem);
}
