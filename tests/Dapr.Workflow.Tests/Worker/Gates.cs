using System.Threading.Channels;
using Dapr.Workflow.Tests.Hub;

namespace Dapr.Workflow.Tests.Worker;

/// <summary>Activities that stop inside until the test lets them go.</summary>
internal sealed class Gates(int count)
{
    private readonly TaskCompletionSource[] _gates =
        [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

    internal Channel<int> Entered { get; } = Channel.CreateUnbounded<int>();

    internal async Task<int> Enter(int number)
    {
        Entered.Writer.TryWrite(number);
        await _gates[number].Task;
        return number;
    }

    internal Task<int> EnteredAsync() => ScriptedHub.NextAsync(Entered, "no activity was begun");

    internal void Open(int number) => _gates[number].TrySetResult();

    internal void OpenAll() => Array.ForEach(_gates, gate => gate.TrySetResult());
}
