using System.Net;
using System.Net.Sockets;

namespace Sidecar.Hosting;

/// <summary>Loopback ports below the system's own range for outgoing connections, which could otherwise take one between choice and use.</summary>
internal static class FreePort
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    public static int Take()
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = Random.Shared.Next(20_000, 32_000);
                if (IsFree(port) && Taken.Add(port))
                {
                    return port;
                }
            }
        }
        throw new InvalidOperationException("no free port between 20000 and 32000 on the loopback address");
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
