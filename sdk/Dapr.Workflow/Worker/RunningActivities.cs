using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Worker;

/// <summary>
/// The activities at work. A sidecar whose stream broke hands out again what it has no result of; work still going on here
/// is then not begun a second time but handed in under the newer token, which is the one the sidecar waits for.
/// </summary>
internal sealed class RunningActivities
{
    // Guards the dictionary and the tokens in it.
    private readonly Lock _gate = new();
    private readonly Dictionary<(string InstanceId, int TaskId, string ExecutionId), Run> _runs = [];

    /// <summary>False when the same work, handed out on an earlier stream, still goes on: it takes over the token.</summary>
    internal bool TryBegin(ActivityRequest request, string token, int stream)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(Key(request), out var run))
            {
                _runs.Add(Key(request), new Run(request.Input, token, stream));
                return true;
            }

            // On one stream, or with another input, it is other work under the same number, of the next execution perhaps.
            if (run.Stream == stream || run.Input != request.Input)
            {
                return true;
            }

            _runs[Key(request)] = run with { Token = token, Stream = stream };
            return false;
        }
    }

    /// <returns>The token to hand the result in under.</returns>
    internal string End(ActivityRequest request, string token, int stream)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(Key(request), out var run) || run.Origin != (token, stream))
            {
                return token;
            }

            _runs.Remove(Key(request));
            return run.Token;
        }
    }

    private static (string, int, string) Key(ActivityRequest request) =>
        (request.WorkflowInstance?.InstanceId ?? string.Empty, request.TaskId, request.TaskExecutionId);

    private sealed record Run(string? Input, string Token, int Stream)
    {
        /// <summary>What the run began with; tells it from other work under the same key.</summary>
        public (string Token, int Stream) Origin { get; } = (Token, Stream);
    }
}
