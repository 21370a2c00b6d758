namespace Orders.Ordering;

/// <summary>Stored format: the fields of the placed order that requests to other services carry, and no other event.</summary>
internal sealed record OrderBrief(string PaymentToken, Destination Destination);
