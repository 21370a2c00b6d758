using Grpc.Core;

namespace Sidecar.Workflows.Api;

/// <summary>Finds the engine of a call: each app uses its own engine only.</summary>
internal interface IWorkflowEngines
{
    /// <summary>
    /// The engine of the calling app. Throws <see cref="Sidecar.Failures.DaprException"/> with <see
    /// cref="WorkflowErrors.NoActorStateStore"/> when it has none.
    /// </summary>
    WorkflowEngine For(ServerCallContext call);
}
