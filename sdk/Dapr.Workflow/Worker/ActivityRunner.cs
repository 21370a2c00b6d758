using System.Globalization;
using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Runs activities, each in a service scope and a trace context of its own.</summary>
internal sealed class ActivityRunner(
    IWorkflowsFactory factory, IServiceScopeFactory scopes, IDaprSerializer serializer, ILogger<ActivityRunner> logger)
{
    /// <returns>Always an answer: what the activity throws is the result the workflow gets.</returns>
    internal async Task<ActivityResponse> RunAsync(ActivityRequest request)
    {
        var response = new ActivityResponse
        {
            InstanceId = request.WorkflowInstance?.InstanceId ?? string.Empty,
            TaskId = request.TaskId,
        };
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (factory.TryCreateActivity(new TaskIdentifier(request.Name), scope.ServiceProvider, out var activity, out var failure))
            {
                response.Result = await RunAsync(activity!, request, response.InstanceId);
            }
            else
            {
                response.FailureDetails = NotCreated(request.Name, response.InstanceId, failure);
            }
        }
        catch (Exception failure)
        {
            Tracing.Fail();
            logger.ActivityFailed(failure, request.Name, response.InstanceId, request.TaskId);
            response.FailureDetails = Failures.ToWire(failure);
        }

        return response;
    }

    private async Task<string> RunAsync(IWorkflowActivity activity, ActivityRequest request, string instanceId)
    {
        var key = request.TaskExecutionId is { Length: > 0 } id ? id : request.TaskId.ToString(CultureInfo.InvariantCulture);
        var input = string.IsNullOrEmpty(request.Input) ? null : serializer.Deserialize(request.Input, activity.InputType);
        var output = await activity.RunAsync(new ActivityContext(new TaskIdentifier(request.Name), instanceId, key), input);
        return output is null ? string.Empty : serializer.Serialize(output, null);
    }

    private TaskFailureDetails NotCreated(string name, string instanceId, Exception? activationException)
    {
        Tracing.Fail();
        if (activationException is null)
        {
            logger.ActivityNotRegistered(name, instanceId);
            return Failures.ToWire("ActivityNotFoundException", $"Activity '{name}' not found");
        }

        logger.ActivityNotCreated(activationException, name, instanceId);
        var failure = Failures.ToWire(activationException);
        failure.ErrorMessage = $"Activity '{name}' failed to activate: {activationException.Message}";
        return failure;
    }
}
