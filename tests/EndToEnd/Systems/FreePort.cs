using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Systems;

/// <summary>Loopback ports below those that the system hands out and beside those that the sidecar chooses from.</summary>
internal static class FreePort
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = []; // guarded by Gate

    public static int Take()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(10_000, 20_000);
                if (IsFree(port) && Taken.Add(port))
                {
                    return port;
                }
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
            return false;
        }
    }
}
