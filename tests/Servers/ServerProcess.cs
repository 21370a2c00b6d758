using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Servers;

/// <summary>A server on a free loopback port with a data folder of its own. It can be stopped and started again on both.</summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly ConcurrentDictionary<ServerProcess, bool> Running = new();

    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    protected ServerProcess()
    {
        Port = FreePort();
        Folder = Directory.CreateTempSubdirectory("server-").FullName;
        Running[this] = true;
    }

    public int Port { get; }

    protected string Folder { get; }

    protected abstract ProcessStartInfo Command();

    /// <summary>Whether the server answers; asked until it does.</summary>
    protected abstract Task<bool> AnswersAsync();

    /// <summary>Once, before the first start.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>What does not end with the process.</summary>
    protected virtual void EndHelpers()
    {
    }

    public async Task StartAsync()
    {
        if (process is null)
        {
            await PrepareAsync();
        }
        var start = Command();
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await AnswersAsync())
        {
            if (process.HasExited || limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{start.FileName} did not start on port {Port}; it said:\n{string.Join('\n', output.TakeLast(30))}");
            }
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>As a crash or a restart of the machine does: what was acknowledged must survive it.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        EndHelpers();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Running.TryRemove(this, out _);
        Remove();
    }

    /// <summary>Ports that are free and below the range outgoing connections are taken from.</summary>
    protected static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_100, 29_900);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another one.
            }
        }
    }

    protected async Task<bool> ListensAsync(ReadOnlyMemory<byte> greeting, string? expected)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            await socket.GetStream().WriteAsync(greeting);
            var answer = new byte[64];
            var length = await socket.GetStream().ReadAsync(answer);
            return length > 0 && (expected is null || System.Text.Encoding.ASCII.GetString(answer, 0, length).Contains(expected, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>Ends what tests share and nobody disposes of. All processes first: a folder that stays is the lesser evil.</summary>
    public static void EndAll()
    {
        foreach (var server in Running.Keys)
        {
            server.End();
        }
        foreach (var server in Running.Keys)
        {
            server.Remove();
        }
    }

    private void End()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        if (process is not null)
        {
            EndHelpers();
        }
    }

    private void Remove()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException e)
        {
            // A helper of the server has written once more; it must not keep the other servers from ending.
            Console.Error.WriteLine($"{Folder} could not be removed: {e.Message}");
        }
    }
}
