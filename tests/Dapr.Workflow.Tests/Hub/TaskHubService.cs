using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.Workflow.Protocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Hub;

/// <summary>What the scripted sidecar does and has seen.</summary>
internal sealed class TaskHubService
{
    private readonly ConcurrentDictionary<string, Func<IMessage, ServerCallContext, Task<IMessage>>> _answers = new();
    private readonly ConcurrentQueue<StatusCode> _refusals = new();

    /// <summary>The streams workers have opened, in order.</summary>
    internal Channel<WorkerStream> Streams { get; } = Channel.CreateUnbounded<WorkerStream>();

    internal Channel<ActivityResponse> Activities { get; } = Channel.CreateUnbounded<ActivityResponse>();

    internal Channel<WorkflowResponse> Turns { get; } = Channel.CreateUnbounded<WorkflowResponse>();

    internal ConcurrentQueue<(string Method, Metadata Headers)> Calls { get; } = new();

    /// <summary>The next completions are refused, one for each status.</summary>
    internal void Refuse(params StatusCode[] statuses) => Array.ForEach(statuses, _refusals.Enqueue);

    internal void Answer<TRequest, TResponse>(Func<TRequest, TResponse> answer, string method)
        where TRequest : IMessage where TResponse : IMessage =>
        _answers[method] = (request, _) => Task.FromResult<IMessage>(answer((TRequest)request));

    internal async Task<TResponse> Unary<TRequest, TResponse>(string method, TRequest request, ServerCallContext context)
        where TRequest : class, IMessage where TResponse : class, IMessage
    {
        Calls.Enqueue((method, context.RequestHeaders));
        if (request is ActivityResponse or WorkflowResponse && _refusals.TryDequeue(out var refusal))
        {
            throw new RpcException(new Status(refusal, "refused by the script"));
        }

        return (TResponse)await (request switch
        {
            ActivityResponse activity => Completed(Activities, activity),
            WorkflowResponse turn => Completed(Turns, turn),
            _ when _answers.TryGetValue(method, out var answer) => answer(request, context),
            _ => throw new RpcException(new Status(StatusCode.Unimplemented, $"{method} is not scripted")),
        });
    }

    internal async Task WorkItems(Empty _, IServerStreamWriter<WorkItem> items, ServerCallContext context)
    {
        Calls.Enqueue(("GetWorkItems", context.RequestHeaders));
        var stream = new WorkerStream(context);
        await Streams.Writer.WriteAsync(stream);
        await foreach (var item in stream.Items.Reader.ReadAllAsync(context.CancellationToken))
        {
            await items.WriteAsync(item);
        }
    }

    private static async Task<IMessage> Completed<T>(Channel<T> completions, T completion)
    {
        await completions.Writer.WriteAsync(completion);
        return new CompleteTaskResponse();
    }
}
