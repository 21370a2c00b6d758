using System.Diagnostics;
using System.Net.Sockets;
using Servers;

namespace Conformance.Running;

/// <summary>Dapr's placement and scheduler, once for all daprds of a run. The embedded sidecar needs neither.</summary>
internal static class ControlPlane
{
    private static readonly Lazy<Task<IReadOnlyList<string>>> Start = new(StartAsync);

    /// <summary>The flags by which a daprd finds both.</summary>
    public static Task<IReadOnlyList<string>> FlagsAsync() => Start.Value;

    private static async Task<IReadOnlyList<string>> StartAsync()
    {
        var placement = new PlacementProcess(Program("PLACEMENT_PATH"));
        var scheduler = new SchedulerProcess(Program("SCHEDULER_PATH"));
        await Task.WhenAll(placement.StartAsync(), scheduler.StartAsync());
        return ["--placement-host-address", $"127.0.0.1:{placement.Port}", "--scheduler-host-address", $"127.0.0.1:{scheduler.Port}"];
    }

    private static string Program(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path
            ? path
            : throw new InvalidOperationException(
                $"DAPRD_PATH is set, and {variable} is not: daprd has no actors, workflows and jobs without it"
            );

    private sealed class PlacementProcess(string program) : ControlProcess
    {
        protected override ProcessStartInfo Command() =>
            new(program, [.. Listening, "--initial-cluster", $"dapr-placement-0=127.0.0.1:{Running.Port.Free()}"]);
    }

    /// <summary>Started again whenever it ends, as a supervisor does: on a busy machine its etcd may lose its leader.</summary>
    private sealed class SchedulerProcess(string program) : ControlProcess
    {
        protected override ProcessStartInfo Command() =>
            new(
                "sh",
                [
                    "-c",
                    "while :; do \"$@\"; done",
                    "sh",
                    program,
                    .. Listening,
                    "--override-broadcast-host-port",
                    $"127.0.0.1:{Port}",
                    "--etcd-data-dir",
                    Path.Combine(Folder, "etcd"),
                    "--etcd-client-listen-address",
                    "127.0.0.1",
                    "--etcd-client-port",
                    $"{Running.Port.Free()}",
                    "--etcd-initial-cluster",
                    $"dapr-scheduler-server-0=http://127.0.0.1:{Running.Port.Free()}",
                ]
            );
    }

    private abstract class ControlProcess : ServerProcess
    {
        private readonly int health = Running.Port.Free();

        protected string[] Listening =>
            [
                "--listen-address",
                "127.0.0.1",
                "--port",
                $"{Port}",
                "--healthz-listen-address",
                "127.0.0.1",
                "--healthz-port",
                $"{health}",
                "--enable-metrics=false",
            ];

        protected override async Task<bool> AnswersAsync()
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{health}/healthz"));
                return answer.IsSuccessStatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                return false; // not listening yet
            }
        }
    }
}
