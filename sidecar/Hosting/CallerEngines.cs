using Grpc.Core;
using Sidecar.Api.Http;
using Sidecar.Failures;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;

namespace Sidecar.Hosting;

/// <summary>The workflow engine of a call: that of the app whose port received it.</summary>
internal sealed class CallerEngines : IWorkflowEngines
{
    public WorkflowEngine For(ServerCallContext call) =>
        call.GetHttpContext().Sidecar().Blocks.Workflows ?? throw new DaprException(WorkflowErrors.NoActorStateStore);
}
