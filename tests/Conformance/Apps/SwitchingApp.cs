using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Conformance.Apps;

/// <summary>An app that answers every request with <c>101 Switching Protocols</c>, which no web framework does unasked.</summary>
public sealed class SwitchingApp : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task serving;

    public SwitchingApp()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public int PortNumber => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose()
    {
        listener.Stop();
        serving.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(); // fails when the listener is stopped
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, leaveOpen: true);
            var first = await reader.ReadLineAsync() ?? "";
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
                // The rest of the header does not matter.
            }
            var answer = first.Contains("/switch", StringComparison.Ordinal)
                ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"
                : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        }
    }
}
