using System.Net;
using System.Net.Sockets;

namespace Conformance.Running;

/// <summary>Free loopback ports below the range the system takes outgoing ports from.</summary>
internal static class Port
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    public static int Free()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(10_000, 19_900);
                if (Taken.Add(port) && IsFree(port))
                {
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
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
