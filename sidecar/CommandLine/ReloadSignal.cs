using System.Runtime.InteropServices;
using Sidecar.Loops;

namespace Sidecar.CommandLine;

/// <summary>SIGHUP restarts the sidecar with the current content of its files, as in daprd.</summary>
internal sealed class ReloadSignal : IDisposable
{
    private readonly PosixSignalRegistration registration;
    private readonly AsyncCondition requested = new();

    public ReloadSignal() => registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // which would end the process otherwise
            requested.NotifyAll();
        });

    /// <summary>Completes with the next signal from now on.</summary>
    public Task Next() => requested.Next;

    public void Dispose() => registration.Dispose();
}
