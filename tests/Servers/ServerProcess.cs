using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Servers;

/// <summary>A server on a free loopback port with a data folder of its own. It can be stopped and started again on both.</summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The time for one answer: a server that is starting may accept a connection and never use it.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Script that starts and ends the server. Its input is a pipe of the test process. When the pipe closes, because the test process
    /// ends for any reason, the script ends the server and its children and deletes its folder. A line on the pipe ends only the server,
    /// and waits until its process number is free: PostgreSQL does not start while the last number is in use.
    /// </summary>
    private const string Keeper = """
        folder=$1; shift
        setsid "$@" </dev/null & server=$!
        read -r crash
        kill -s KILL -- -$server; wait $server
        tries=0
        while [ -n "$SERVER_HELPER" ] && [ $tries -lt 30 ] && ! $SERVER_HELPER >/dev/null 2>&1; do tries=$((tries + 1)); sleep 0.1; done
        [ -n "$crash" ] || rm -rf "$folder"
        """;

    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    protected ServerProcess()
    {
        Port = FreePort();
        Folder = Directory.CreateTempSubdirectory("server-").FullName;
    }

    public int Port { get; }

    protected string Folder { get; }

    protected abstract ProcessStartInfo Command();

    /// <summary>True if the server answers. Called until it does.</summary>
    protected abstract Task<bool> AnswersAsync();

    /// <summary>Prepares the data folder once, before the first start.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>
    /// The command that ends helpers which outlive the process; null if there are none. It is retried for three seconds, because it may
    /// fail until the last child of the process has ended.
    /// </summary>
    protected virtual string? EndHelper => null;

    public async Task StartAsync()
    {
        if (process is null)
        {
            await PrepareAsync();
        }
        var command = Command();
        var start = new ProcessStartInfo("sh", ["-c", Keeper, "sh", Folder, command.FileName, .. command.ArgumentList])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }
        start.Environment["SERVER_HELPER"] = EndHelper ?? "";
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
                throw new InvalidOperationException(
                    $"{command.FileName} did not start on port {Port}; it said:\n{string.Join('\n', output.TakeLast(30))}"
                );
            }
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Kills the server, like a crash or a restart of the machine. Acknowledged writes must survive.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            await process.StandardInput.WriteLineAsync("crash");
            await process.StandardInput.FlushAsync();
            await process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Returns a free port below the range of outgoing connections.</summary>
    protected static int FreePort() => PortChoice.Take();

    protected async Task<bool> ListensAsync(ReadOnlyMemory<byte> greeting, string? expected)
    {
        try
        {
            using var limit = new CancellationTokenSource(LongestAnswer);
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
            await socket.GetStream().WriteAsync(greeting, limit.Token);
            var answer = new byte[64];
            var length = await socket.GetStream().ReadAsync(answer, limit.Token);
            return length > 0
                && (
                    expected is null || System.Text.Encoding.ASCII.GetString(answer, 0, length).Contains(expected, StringComparison.Ordinal)
                );
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
