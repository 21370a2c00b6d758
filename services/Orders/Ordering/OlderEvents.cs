namespace Orders.Ordering;

/// <summary>Lifts events that were written under an earlier schema, so that the rest of the code knows only today's.</summary>
internal static class OlderEvents
{
    public static OrderEvent Lifted(this StoredEvent stored) => stored.Event switch
    {
        // Schema 1 did not say the customer's name; the id stands for it.
        OrderCreated { CustomerName: null } created => created with { CustomerName = created.CustomerId },
        var current => current,
    };
}
