namespace Console.Pages;

/// <summary>Links to pages outside of the console (<c>Links:*</c>). An empty one is not shown.</summary>
internal sealed record OutsideLinks
{
    /// <summary>The page to browse the gateway's API.</summary>
    public string? Documentation { get; init; }

    /// <summary>A search of the tracing system, with <c>{requestId}</c> or <c>{orderId}</c> where they belong.</summary>
    public string? Trace { get; init; }
}
