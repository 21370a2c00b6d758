namespace ServiceDefaults.Events;

/// <summary>Stored format: the two kinds of saga, as given by the CloudEvents attribute <c>saga</c>.</summary>
public static class SagaKinds
{
    public const string Orchestration = "orchestration";
    public const string Choreography = "choreography";
}
