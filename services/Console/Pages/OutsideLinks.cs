namespace Console.Pages;

/// <summary>Links to pages outside of the console (<c>Links:*</c>). An empty one is not shown.</summary>
internal sealed record OutsideLinks
{
    /// <summary>The page to browse the gateway's API.</summary>
    public string? Documentation { get; init; }

    /// <summary>The address of a search in the tracing system; <c>{orderId}</c> is replaced by the order's id.</summary>
    public string? Trace { get; init; }
}
