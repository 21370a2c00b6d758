namespace Orders.Ordering;

/// <summary>
/// Stored format: orders with a total above <paramref name="Limit"/> wait for an operator's approval, for <paramref name="Time"/> at most.
/// No limit: no order does.
/// </summary>
internal sealed record ApprovalTerms(long? Limit, TimeSpan Time)
{
    public bool AppliesTo(long total) => Limit is { } limit && total > limit;
}

/// <summary>Stored format (snapshots): the decision about an approval. <paramref name="Operator"/> is null if it expired.</summary>
internal sealed record ApprovalVerdict(bool Approved, string? Operator, string? Note);
