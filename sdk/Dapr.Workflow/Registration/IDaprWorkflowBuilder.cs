using Dapr.Common;

namespace Dapr.Workflow.Registration;

public interface IDaprWorkflowBuilder : IDaprServiceBuilder;
