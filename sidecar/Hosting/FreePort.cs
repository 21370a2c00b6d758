using System.Net;
using System.Net.Sockets;
using Sidecar.Files;

namespace Sidecar.Hosting;

/// <summary>
/// Loopback ports below the system's ephemeral range, from which outgoing connections could take one between choice and use. A port is
/// reserved with a lock file, so that concurrent starts never collide; the system releases the lock when the process ends. The files are in
/// a folder common to all users, because ports belong to the machine.
/// </summary>
internal static class FreePort
{
    private static readonly string Choices = Path.Combine(
        OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp",
        $"sidecar-ports-{Environment.UserName}"
    );
    private static readonly Lock Gate = new();
    private static readonly List<FileStream> Chosen = []; // guarded by Gate, held until the process ends

    public static int Take()
    {
        lock (Gate)
        {
            OwnerOnly.DemandFolder(Choices);
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = Random.Shared.Next(20_000, 32_000);
                if (Choose(port) is { } choice)
                {
                    if (IsFree(port))
                    {
                        Chosen.Add(choice);
                        return port;
                    }
                    choice.Dispose();
                }
            }
        }
        throw new InvalidOperationException("no free port between 20000 and 32000 on the loopback address");
    }

    /// <summary>Null if another process has reserved it.</summary>
    internal static FileStream? Choose(int port)
    {
        try
        {
            return OwnerOnly.Open(Path.Combine(Choices, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // locked, which is the answer
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false; // taken, which is the answer
        }
    }
}
