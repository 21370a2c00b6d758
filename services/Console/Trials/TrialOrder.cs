namespace Console.Trials;

/// <summary>An order of a trial. Its status follows the events, and is read when they are silent.</summary>
public sealed class TrialOrder(string orderId)
{
    public string OrderId => orderId;

    public string Status { get; set; } = "pending";

    public string? LastEvent { get; set; }

    public bool HasEnded => Status is not ("pending" or "cancelling");
}
