namespace ServiceDefaults.Events;

/// <summary>
/// Stored format: the two ways an order is carried out, as the CloudEvents attribute <c>saga</c> of events tells them apart.
/// </summary>
public static class SagaKinds
{
    public const string Orchestration = "orchestration";
    public const string Choreography = "choreography";
}
