namespace Dapr.Workflow.Replay;

/// <summary>The workflow's code did not do what its history records. Fails the one instance.</summary>
internal sealed class NonDeterminismException(string message) : Exception(message);
