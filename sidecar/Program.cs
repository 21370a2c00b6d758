using System.CommandLine;
using System.Runtime.InteropServices;
using Sidecar.CommandLine;
using Sidecar.Running;
using Sidecar.Yaml;

// Ctrl-C and SIGTERM end a run in order; a second Ctrl-C ends it at once, its apps first. A second SIGTERM of a run is ignored: "dotnet
// run" forwards the signal that its process group has already received.
Signals.HeedInterrupt();
using var interrupted = new CancellationTokenSource();
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interrupted.IsCancellationRequested || (signal.Signal == PosixSignal.SIGTERM && args is not ["daprd", ..]);
    interrupted.Cancel();
    if (!signal.Cancel)
    {
        AppProcess.KillAll();
    }
}

// Never disposed of: a signal that arrives while the process ends must not replace its exit code.
PosixSignalRegistration[] signals =
[
    PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt),
    PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt),
];

try
{
    if (args is ["daprd", ..])
    {
        return await DaprdCommand.RunAsync(args[1..], DaprdHost.Process, interrupted.Token);
    }
    var root = new RootCommand("Dapr's sidecar for one machine: runs apps and gives each its building blocks.")
    {
        RunCommand.Create(),
        new Command("daprd", "Runs the sidecar of one app, with the flags of daprd"), // for the help; it is handled above
    };
    root.SetAction((_, cancellation) => RunCommand.RunHereAsync(cancellation));
    return await root.Parse(args)
        .InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
            interrupted.Token
        );
}
catch (InvalidConfigurationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
catch (InvalidOperationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 0;
}
finally
{
    GC.KeepAlive(signals);
}
