using Grpc.Core;
using Sidecar.Api;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;

namespace Sidecar.Hosting;

/// <summary>Which engine a call means: that of the app whose port it came in on.</summary>
internal sealed class CallerEngines : IWorkflowEngines
{
    public WorkflowEngine For(ServerCallContext call)
        => call.GetHttpContext().Sidecar().Workflows ?? throw new DaprException(WorkflowErrors.NoActorStateStore);
}

/// <summary>The engines of the other apps of this process.</summary>
internal sealed class LocalPeers(AppDirectory directory) : IWorkflowPeers
{
    public WorkflowEngine? Find(string appId) => directory.Find(appId)?.Workflows;
}
