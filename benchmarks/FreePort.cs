using System.Net;
using System.Net.Sockets;

namespace Benchmarks;

/// <summary>Loopback ports below the system's ephemeral range.</summary>
internal static class FreePort
{
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
