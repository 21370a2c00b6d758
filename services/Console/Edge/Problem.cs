namespace Console.Edge;

/// <summary>The reason of a refused or failed request. <paramref name="Code"/> is the contract's, where there is one.</summary>
public sealed record Problem(int Status, string? Code, string? Detail)
{
    public const string Unreachable = "unreachable";

    /// <summary>The person's token counts no more.</summary>
    public bool IsExpired => Status == StatusCodes.Status401Unauthorized;

    public bool IsForbidden => Status == StatusCodes.Status403Forbidden;

    public bool IsMissing => Status == StatusCodes.Status404NotFound;

    /// <summary>A service is unavailable or slow: the same request may succeed later.</summary>
    public bool IsPassing =>
        Status
            is StatusCodes.Status429TooManyRequests
                or StatusCodes.Status502BadGateway
                or StatusCodes.Status503ServiceUnavailable
                or StatusCodes.Status504GatewayTimeout;

    public static Problem Away(string detail) => new(StatusCodes.Status503ServiceUnavailable, Unreachable, detail);
}
