using System.Diagnostics;
using System.Reflection;

namespace ReadModel;

/// <summary>The service orders and its sidecar with the embedded component set, in a folder of their own.</summary>
internal sealed class OrdersAlone : IAsyncDisposable
{
    private const string Token = "only-for-this-run";

    private readonly Process process;
    private readonly string folder;

    private OrdersAlone(Process process, string folder, int port) =>
        (this.process, this.folder, Sidecar) = (process, folder, new Uri($"http://127.0.0.1:{port}"));

    public Uri Sidecar { get; }

    public static async Task<OrdersAlone> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("read-model-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Metadata("Repository"), "components"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Metadata("Repository"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        var port = FreePort.Take();
        await File.WriteAllTextAsync(
            Path.Combine(folder, "dapr.yaml"),
            $"""
            version: 1
            common:
              resourcesPaths: [./components, ./components/embedded]
              configFilePath: ./components/configuration.yaml
            apps:
              - appID: orders
                appDirPath: {Metadata("Repository")}services/Orders
                appPort: {FreePort.Take()}
                daprHTTPPort: {port}
                env:
                  DAPR_API_TOKEN: {Token}
                  ASPNETCORE_ENVIRONMENT: Development
                command: ["dotnet", "bin/app/Orders.dll"]
            """
        );
        var info = new ProcessStartInfo(
            "dotnet",
            [Metadata("Sidecar"), "run", "-f", Path.Combine(folder, "dapr.yaml"), "--components", "embedded"]
        )
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["TMPDIR"] = folder;
        var started = new OrdersAlone(Process.Start(info)!, folder, port);
        try
        {
            await started.ReadyAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the app's sidecar, as the app is one.</summary>
    public HttpClient Client()
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Sidecar, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Add("dapr-api-token", Token);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Its output is read to the end; a full pipe would block it.</summary>
    private async Task ReadyAsync()
    {
        var ready = new TaskCompletionSource<bool>();
        var said = new List<string>();
        void Receive(string? line)
        {
            if (line is null)
            {
                ready.TrySetResult(false);
                return;
            }
            lock (said)
            {
                said.Add(line);
            }
            if (line.Contains("apps are ready", StringComparison.Ordinal))
            {
                ready.TrySetResult(true);
            }
        }
        process.OutputDataReceived += (_, line) => Receive(line.Data);
        process.ErrorDataReceived += (_, line) => Receive(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!await ready.Task)
        {
            throw new InvalidOperationException(
                $"orders did not start:{Environment.NewLine}{string.Join(Environment.NewLine, said.TakeLast(20))}"
            );
        }
    }

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;
}
