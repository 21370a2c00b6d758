using System.Net;
using System.Net.Sockets;

namespace Servers;

/// <summary>
/// Reserves free loopback ports below the ranges of the system and of the sidecar. A lock on a file reserves a port until the process
/// ends, so that concurrent test assemblies never choose the same port.
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

    /// <summary>Null if another process has reserved the port.</summary>
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
