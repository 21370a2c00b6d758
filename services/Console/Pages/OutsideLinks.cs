namespace Console.Pages;

/// <summary>Addresses outside of the console (<c>Links:*</c>); what is not set is not linked.</summary>
internal sealed record OutsideLinks
{
    /// <summary>The page to browse the gateway's API.</summary>
    public string? Documentation { get; init; }

    /// <summary>A search of the tracing system, with <c>{requestId}</c> or <c>{orderId}</c> where they belong.</summary>
    public string? Trace { get; init; }
}
