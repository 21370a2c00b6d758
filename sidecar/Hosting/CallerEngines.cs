using Grpc.Core;
using Sidecar.Api.Http;
using Sidecar.Failures;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;

namespace Sidecar.Hosting;

/// <summary>Which engine a call means: that of the app whose port it came in on.</summary>
internal sealed class CallerEngines : IWorkflowEngines
{
    public WorkflowEngine For(ServerCallContext call) =>
        call.GetHttpContext().Sidecar().Blocks.Workflows ?? throw new DaprException(WorkflowErrors.NoActorStateStore);
}
