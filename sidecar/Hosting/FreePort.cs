using System.Net;
using System.Net.Sockets;
using Sidecar.Files;

namespace Sidecar.Hosting;

/// <summary>
/// Loopback ports below the system's own range for outgoing connections, which could otherwise take one between choice and use. Of several
/// sidecars that start at once no two choose the same: a choice is a lock on a file, which the system lets go with the process. The files
/// lie
/// where all of the machine look for them, whatever each has for a temporary folder: ports are the machine's.
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

    /// <summary>Null when another has chosen it.</summary>
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
