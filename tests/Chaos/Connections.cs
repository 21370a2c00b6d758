using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chaos;

/// <summary>
/// Resets established TCP connections of other processes, as a network or a proxy between them may. It needs Linux, root, <c>ss</c> and
/// a kernel that allows it.
/// </summary>
internal static class Connections
{
    /// <summary>True if this machine lets the process reset connections, which is tried on one of its own.</summary>
    public static async Task<bool> CanBreakAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/ss"))
        {
            return false;
        }
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        await ResetAsync([((IPEndPoint)listener.LocalEndpoint).Port]);
        try
        {
            await client.GetStream().WriteAsync(new byte[1]);
            return await accepted.GetStream().ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Resets every connection of the process, incoming and outgoing. Returns their number.</summary>
    public static async Task<int> BreakAsync(int processId)
    {
        var owner = $"pid={processId.ToString(CultureInfo.InvariantCulture)},";
        var ports = (await RunAsync("-tnpH", "state", "established"))
            .Split('\n')
            .Where(line => line.Contains(owner, StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]) // the local address, behind two counts of bytes
            .Select(local => int.Parse(local[(local.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture))
            .ToList();
        await ResetAsync(ports);
        return ports.Count;
    }

    private static async Task ResetAsync(IReadOnlyCollection<int> localPorts)
    {
        // A filter may have as many terms as a command line has space; a process has far fewer connections than that.
        if (localPorts.Count > 0)
        {
            await RunAsync(
                "-K",
                "-tnH",
                "state",
                "established",
                string.Join(" or ", localPorts.Distinct().Select(port => $"sport = :{port}"))
            );
        }
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/ss", arguments) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? said
            : throw new InvalidOperationException($"ss {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
