using Dapr.Common.Serialization;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Replay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>A workflow named "flow" and turns of it.</summary>
internal sealed class Flow<TIn, TOut>(Func<WorkflowContext, TIn, Task<TOut>> code, ILoggerFactory? loggers = null)
{
    /// <summary>The first turn.</summary>
    internal Task<WorkflowResponse> First(params HistoryEvent[] more) => Turn([], [TurnStarted(), Started(), .. more]);

    /// <summary>A turn after the given events, which follow the start.</summary>
    internal Task<WorkflowResponse> After(HistoryEvent[] past, params HistoryEvent[] recent) =>
        Turn([TurnStarted(), Started(), .. past], [TurnStarted(10), .. recent]);

    internal async Task<WorkflowResponse> Turn(
        HistoryEvent[] past, HistoryEvent[] recent, string? executionId = null, Protocol.PropagatedHistory? lineage = null)
    {
        var factory = new WorkflowsFactory(NullLogger<WorkflowsFactory>.Instance);
        factory.RegisterWorkflow("flow", code);
        await using var services = new ServiceCollection().BuildServiceProvider();
        var runner = new TurnRunner(
            factory,
            services.GetRequiredService<IServiceScopeFactory>(),
            new JsonDaprSerializer(),
            loggers ?? NullLoggerFactory.Instance,
            TimeProvider.System);
        var request = new WorkflowRequest
        {
            InstanceId = "order-1", ExecutionId = executionId, PastEvents = { past }, NewEvents = { recent }, PropagatedHistory = lineage,
        };
        return await runner.RunAsync(request, request.PastEvents);
    }
}

internal static class Flow
{
    internal static Flow<object?, T> Of<T>(Func<WorkflowContext, Task<T>> code, ILoggerFactory? loggers = null) =>
        new((context, _) => code(context), loggers);

    internal static Flow<object?, string> Of(Func<WorkflowContext, Task> code) => new(async (context, _) =>
    {
        await code(context);
        return "done";
    });

    internal static string? Output(this WorkflowResponse response)
    {
        var completion = response.Completion();
        Assert.True(completion.WorkflowStatus == OrchestrationStatus.Completed, $"{completion.WorkflowStatus}: {completion.FailureDetails}");
        return completion.Result;
    }

    internal static CompleteWorkflowAction Completion(this WorkflowResponse response) =>
        Assert.Single(response.Actions, action => action.CompleteWorkflow is not null).CompleteWorkflow;

    internal static TaskFailureDetails Failure(this WorkflowResponse response)
    {
        var completion = response.Completion();
        Assert.Equal(OrchestrationStatus.Failed, completion.WorkflowStatus);
        return completion.FailureDetails;
    }
}
