using System.Net;
using System.Net.Sockets;

namespace Servers;

/// <summary>
/// Free loopback ports below those that the system and the sidecar choose from. Test assemblies run side by side, so a choice is a lock on
/// a file, which
/// the system lets go with the process: two of them never choose the same port between the probe and its use.
/// </summary>
internal static class PortChoice
{
    private static readonly Lock Gate = new();
    private static readonly List<FileStream> Chosen = []; // guarded by Gate, held until the process ends

    public static int Take()
    {
        lock (Gate)
        {
            var folder = Directory
                .CreateDirectory(Path.Combine(Path.GetTempPath(), $"order-platform-test-ports-{Environment.UserName}"))
                .FullName;
            while (true)
            {
                var port = Random.Shared.Next(10_000, 20_000);
                if (Choose(Path.Combine(folder, $"{port}")) is not { } choice)
                {
                    continue;
                }
                if (IsFree(port))
                {
                    Chosen.Add(choice);
                    return port;
                }
                choice.Dispose();
            }
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

    /// <summary>Null when another has chosen it.</summary>
    private static FileStream? Choose(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // locked, which is the answer
        }
    }
}
