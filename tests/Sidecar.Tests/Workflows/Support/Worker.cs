using System.Collections.Concurrent;
using Grpc.Core;
using Sidecar.Workflows;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows.Support;

/// <summary>A worker connected to an engine without a network between them.</summary>
internal sealed class Worker : IAsyncStreamWriter<WorkItem>, IAsyncDisposable
{
    private readonly CancellationTokenSource connection = new();
    private readonly ConcurrentDictionary<Task, byte> work = new();
    private readonly WorkflowEngine engine;
    private readonly Script script;
    private readonly Task serving;

    public Worker(WorkflowEngine engine, Script script)
    {
        this.engine = engine;
        this.script = script;
        serving = engine.ServeWorkerAsync(this, connection.Token);
    }

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>Everything handed to this worker.</summary>
    public ConcurrentQueue<WorkItem> Received { get; } = new();

    public Task WriteAsync(WorkItem message)
    {
        script.Deliver?.Invoke(message);
        var item = message.Clone();
        Received.Enqueue(item);
        var task = Task.Run(() => DoAsync(item));
        work[task] = 0;
        _ = task.ContinueWith(t => work.TryRemove(t, out _), TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public Task WriteAsync(WorkItem message, CancellationToken cancellationToken) => WriteAsync(message);

    public async ValueTask DisposeAsync()
    {
        if (connection.IsCancellationRequested)
        {
            return;
        }

        await connection.CancelAsync();
        try
        {
            await serving;
        }
        catch (RpcException ended) when (ended.StatusCode == StatusCode.Cancelled)
        {
            // The engine stopped first.
        }
    }

    private async Task DoAsync(WorkItem item)
    {
        if (item.WorkflowRequest is { } turn)
        {
            script.Turns.Enqueue(turn);
            await script.BeforeTurn(turn);
            var response = Flow.Run(turn, name => script.Workflows.GetValueOrDefault(name));
            response.CompletionToken = item.CompletionToken;
            await engine.CompleteTurnAsync(response);
            return;
        }

        var request = item.ActivityRequest;
        script.Executed.Enqueue(request);
        var answer = new ActivityResponse
        {
            InstanceId = request.WorkflowInstance.InstanceId,
            TaskId = request.TaskId,
            CompletionToken = item.CompletionToken,
        };
        try
        {
            answer.Result = await script.Activities[request.Name](request);
        }
        catch (TaskFailed failure)
        {
            answer.FailureDetails = failure.Details;
        }

        await engine.CompleteActivityAsync(answer);
    }
}

/// <summary>The workflows and activities of the workers, and the work items that they received.</summary>
internal sealed class Script
{
    public ConcurrentDictionary<string, Func<Flow, Task<string?>>> Workflows { get; } = new();

    public ConcurrentDictionary<string, Func<ActivityRequest, Task<string?>>> Activities { get; } = new();

    public ConcurrentQueue<WorkflowRequest> Turns { get; } = new();

    public ConcurrentQueue<ActivityRequest> Executed { get; } = new();

    public Func<WorkflowRequest, Task> BeforeTurn { get; set; } = _ => Task.CompletedTask;

    /// <summary>May throw in the place of the stream.</summary>
    public Action<WorkItem>? Deliver { get; set; }

    public Script Workflow(string name, Func<Flow, Task<string?>> code)
    {
        Workflows[name] = code;
        return this;
    }

    public Script Activity(string name, Func<ActivityRequest, Task<string?>> code)
    {
        Activities[name] = code;
        return this;
    }

    public Script Activity(string name, Func<string?, string?> code) => Activity(name, r => Task.FromResult(code(r.Input)));
}
