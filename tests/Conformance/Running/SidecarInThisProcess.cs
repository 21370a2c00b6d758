using Microsoft.Extensions.Logging;
using Sidecar.CommandLine;
using Sidecar.Logging;
using Sidecar.Yaml;

namespace Conformance.Running;

/// <summary>The command <c>sidecar daprd</c> in the process of the tests, with separate ports, files and log.</summary>
internal sealed class SidecarInThisProcess : IHostedSidecar
{
    private readonly CancellationTokenSource end = new();
    private readonly StringWriter text = new() { NewLine = "\n" };
    private readonly TextWriter output;

    public SidecarInThisProcess(IReadOnlyList<string> flags, string folder, string registry)
    {
        output = TextWriter.Synchronized(text);
        var host = new DaprdHost(output, output, folder, LogToOutput, registry, OwnsProcess: false);
        Ended = Task.Run(() => RunAsync(flags, host));
    }

    public string Output
    {
        get
        {
            lock (output)
            {
                return text.ToString();
            }
        }
    }

    public int ProcessId =>
        throw new NotSupportedException($"this sidecar has no process of its own: ask for one with {nameof(SidecarOptions.OwnProcess)}");

    public Task<int> Ended { get; }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Ended;
        end.Dispose();
    }

    private void LogToOutput(ILoggingBuilder logging, DaprdLog log) =>
        logging.AddProvider(new WrittenLogs(new DaprdLogFormatter(log), output));

    private async Task<int> RunAsync(IReadOnlyList<string> flags, DaprdHost host)
    {
        try
        {
            return await DaprdCommand.RunAsync(flags, host, end.Token);
        }
        catch (InvalidConfigurationException e)
        {
            await output.WriteLineAsync(e.Message);
            return 2;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return 0;
        }
    }
}
