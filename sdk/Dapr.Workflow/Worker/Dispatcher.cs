using Dapr.Workflow.Connection;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Replay;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Runs work items side by side, each kind up to its limit. Taking an item never waits, and items outlive the stream they came on.
/// </summary>
internal sealed class Dispatcher(
    TaskHub hub,
    TurnRunner turns,
    ActivityRunner activities,
    CompletionSender completions,
    WorkflowRuntimeOptions options,
    ILogger<Dispatcher> logger)
{
    private readonly SemaphoreSlim _turnSlots = new(options.MaxConcurrentWorkflows);
    private readonly SemaphoreSlim _activitySlots = new(options.MaxConcurrentActivities);
    private readonly RunningActivities _running = new();
    private readonly InFlight _inFlight = new();

    /// <param name="item">The work.</param>
    /// <param name="stream">The number of the stream it came on.</param>
    /// <param name="abandon">Gives up on unfinished work, at the end of the host's shutdown time.</param>
    internal void Take(WorkItem item, int stream, CancellationToken abandon)
    {
        switch (item.RequestCase)
        {
            case WorkItem.RequestOneofCase.WorkflowRequest:
                Begin(() => TurnAsync(item.WorkflowRequest, item.CompletionToken, abandon), item.WorkflowRequest.InstanceId);
                break;
            case WorkItem.RequestOneofCase.ActivityRequest when _running.TryBegin(item.ActivityRequest, item.CompletionToken, stream):
                Begin(() => ActivityAsync(item.ActivityRequest, item.CompletionToken, stream, abandon), item.ActivityRequest.Name);
                break;
            case WorkItem.RequestOneofCase.ActivityRequest:
                logger.ActivityTakenOver(item.ActivityRequest.Name, item.ActivityRequest.TaskId);
                break;
            default:
                logger.UnknownWorkItem(item.RequestCase);
                break;
        }
    }

    /// <summary>Completes when nothing taken is unfinished. Nothing may be taken any more.</summary>
    internal Task DrainAsync() => _inFlight.DrainAsync();

    private void Begin(Func<Task> work, string what)
    {
        _inFlight.Add();
        _ = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException)
            {
                logger.WorkAbandoned(what);
            }
            catch (Exception failure)
            {
                logger.WorkFailed(failure, what);
            }
            finally
            {
                _inFlight.Remove();
            }
        });
    }

    private async Task TurnAsync(WorkflowRequest request, string token, CancellationToken abandon)
    {
        await _turnSlots.WaitAsync(abandon);
        try
        {
            var response = await AnswerAsync(request, abandon);
            response.CompletionToken = token;
            if (await completions.SendAsync(response, abandon) == Completion.TooLarge)
            {
                var failed = Responses.Failed(request.InstanceId, PayloadTooLarge(response.CalculateSize()));
                failed.CompletionToken = token;
                await completions.SendAsync(failed, abandon);
            }
        }
        finally
        {
            _turnSlots.Release();
        }
    }

    private async Task ActivityAsync(ActivityRequest request, string token, int stream, CancellationToken abandon)
    {
        await _activitySlots.WaitAsync(abandon);
        try
        {
            using var trace = Tracing.Activity(request.Name, request.ParentTraceContext);
            var response = await activities.RunAsync(request);
            response.CompletionToken = _running.End(request, token, stream);
            if (await completions.SendAsync(response, abandon) == Completion.TooLarge)
            {
                response.FailureDetails = PayloadTooLarge(response.CalculateSize());
                response.Result = null;
                await completions.SendAsync(response, abandon);
            }
        }
        finally
        {
            _activitySlots.Release();
        }
    }

    private async Task<WorkflowResponse> AnswerAsync(WorkflowRequest request, CancellationToken abandon)
    {
        if (!request.RequiresHistoryStreaming)
        {
            return await turns.RunAsync(request, request.PastEvents);
        }

        try
        {
            var history = await hub.Client.GetInstanceHistoryAsync(
                new GetInstanceHistoryRequest { InstanceId = request.InstanceId }, hub.Headers.With(abandon));
            return await turns.RunAsync(request, [.. request.PastEvents, .. history.Events]);
        }
        catch (RpcException unreadable)
        {
            logger.HistoryUnreadable(unreadable, request.InstanceId);
            return Responses.Failed(request.InstanceId, Failures.ToWire(unreadable));
        }
    }

    private static TaskFailureDetails PayloadTooLarge(int bytes) => Failures.ToWire(
        "PayloadTooLarge", $"The result of {bytes} bytes is larger than the sidecar takes.", final: true);
}
