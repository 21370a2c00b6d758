namespace Orders.Ordering;

/// <summary>Stored format (snapshots): where an order stands between its services.</summary>
internal enum OrderPhase
{
    Reserving,
    Approving,
    Approved,
    Rejected,
    Paying,
    Shipping,
    Fulfilled,
    UndoingShipment,
    UndoingPayment,
    UndoingInventory,
    Ended,
}

internal static class OrderPhases
{
    public static bool IsUndoing(this OrderPhase phase) =>
        phase is OrderPhase.UndoingShipment or OrderPhase.UndoingPayment or OrderPhase.UndoingInventory;
}
