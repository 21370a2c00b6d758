using System.Runtime.InteropServices;

namespace Sidecar.CommandLine;

/// <summary>SIGHUP: the sidecar is to begin anew with what its files say now, as daprd does.</summary>
internal sealed class ReloadSignal : IDisposable
{
    private readonly PosixSignalRegistration registration;
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReloadSignal()
        => registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // which would end the process otherwise
            Volatile.Read(ref asked).TrySetResult();
        });

    /// <summary>Completes with the next signal from now on.</summary>
    public Task Next()
    {
        Volatile.Write(ref asked, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return asked.Task;
    }

    public void Dispose() => registration.Dispose();
}
