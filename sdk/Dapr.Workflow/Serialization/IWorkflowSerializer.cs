using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>The older name of <see cref="IDaprSerializer"/>; a registration under it is still honoured.</summary>
public interface IWorkflowSerializer : IDaprSerializer;
