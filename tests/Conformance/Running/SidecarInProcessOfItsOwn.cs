using System.Collections.Concurrent;
using System.Diagnostics;

namespace Conformance.Running;

/// <summary>A sidecar in its own process, as users run it. Disposing kills the process.</summary>
internal sealed class SidecarInProcessOfItsOwn : IHostedSidecar
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();

    public SidecarInProcessOfItsOwn(ProcessStartInfo start)
    {
        process = Process.Start(start) ?? throw new InvalidOperationException("the sidecar could not be started");
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // Only now: it waits for the rest of an output that is being read.
        Ended = process.WaitForExitAsync().ContinueWith(_ => process.ExitCode, TaskScheduler.Default);
    }

    public string Output => string.Join('\n', output);

    public int ProcessId => process.Id;

    public Task<int> Ended { get; }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
        await Ended;
        process.Dispose();
    }
}
