using System.Diagnostics;
using System.Reflection;

namespace Benchmarks;

/// <summary>A sidecar in a process and a folder of its own, whose resource usage is read from outside.</summary>
internal sealed class MeasuredSidecar : IAsyncDisposable
{
    /// <summary>A state store in a SQLite file, also for the state of actors.</summary>
    public const string Store = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: store
        spec:
          type: state.sqlite
          version: v1
          metadata:
            - name: connectionString
              value: state.db
            - name: actorStateStore
              value: "true"
        """;

    private readonly Process process;
    private readonly string folder;

    private MeasuredSidecar(Process process, string folder) => (this.process, this.folder) = (process, folder);

    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public long MemoryInMiB
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 >> 20;
        }
    }

    /// <param name="resources">Manifests of the sidecar's resources.</param>
    public static async Task<MeasuredSidecar> StartAsync(string appId, int appPort, int httpPort, int grpcPort, params string[] resources)
    {
        var folder = Directory.CreateTempSubdirectory("measured-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "resources"));
        foreach (var (number, manifest) in resources.Index())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "resources", $"{number}.yaml"), manifest);
        }
        var path = Assembly
            .GetExecutingAssembly()
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(item => item.Key == "Sidecar")
            .Value!;
        var info = new ProcessStartInfo(
            "dotnet",
            [
                path,
                "daprd",
                "--app-id",
                appId,
                "--app-port",
                $"{appPort}",
                "--dapr-http-port",
                $"{httpPort}",
                "--dapr-grpc-port",
                $"{grpcPort}",
                "--resources-path",
                Path.Combine(folder, "resources"),
                "--log-level",
                "error",
                "--enable-metrics=false",
            ]
        )
        {
            WorkingDirectory = folder,
        };
        info.Environment["TMPDIR"] = folder;
        var sidecar = new MeasuredSidecar(Process.Start(info)!, folder);
        await sidecar.ReadyAsync(httpPort);
        return sidecar;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadyAsync(int port)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (await timer.WaitForNextTickAsync())
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"the sidecar has ended with exit code {process.ExitCode}");
            }
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/v1.0/healthz"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
    }
}
