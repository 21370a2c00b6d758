using System.Runtime.InteropServices;
using Sidecar.Loops;

namespace Sidecar.CommandLine;

/// <summary>SIGHUP restarts the sidecar with the current content of its files, as in daprd.</summary>
internal sealed class ReloadSignal : IDisposable
{
    private readonly PosixSignalRegistration registration;
    private readonly Pulse asked = new();

    public ReloadSignal() => registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // which would end the process otherwise
            asked.Give();
        });

    /// <summary>Completes with the next signal from now on.</summary>
    public Task Next() => asked.Next;

    public void Dispose() => registration.Dispose();
}
