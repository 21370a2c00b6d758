using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Dapr.Client;
using Grpc.Net.Client;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Running;

/// <summary>
/// A sidecar in a process of its own, known by its ports alone: the embedded one, or the daprd that <c>DAPRD_PATH</c> names.
/// </summary>
public sealed class SidecarProcess : IAsyncDisposable
{
    /// <summary>Where the sidecars of this run find each other, and no others.</summary>
    private static readonly string Shared = SharedFolder();

    private readonly Process process;
    private readonly string scratch;
    private readonly ConcurrentQueue<string> output = new();

    private SidecarProcess(SidecarOptions options, IReadOnlyList<string> controlPlane)
    {
        AppId = options.AppId;
        (HttpPort, GrpcPort, PublicPort) = (options.HttpPort ?? Port.Free(), options.GrpcPort ?? Port.Free(), Port.Free());
        scratch = Directory.CreateTempSubdirectory("conformance-").FullName;
        process = Process.Start(StartInfo(options, controlPlane)) ?? throw new InvalidOperationException("the sidecar could not be started");
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ActivityHeadersPropagator = null, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8, ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}") };
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{GrpcPort}");
        Grpc = new Protos.Dapr.DaprClient(Channel);
        Client = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{HttpPort}").UseGrpcEndpoint($"http://127.0.0.1:{GrpcPort}").Build();
    }

    public static bool IsDaprd => DaprdPath is not null;

    /// <summary>Why a case that needs a component of our own can't run on daprd; null on the embedded sidecar.</summary>
    public static string? LacksComponent(string type) => IsDaprd ? $"needs {type}, which daprd does not have" : null;

    public string AppId { get; }

    public int HttpPort { get; }

    public int GrpcPort { get; }

    public int PublicPort { get; }

    public HttpClient Http { get; }

    public GrpcChannel Channel { get; }

    /// <summary>The generated client, for what the SDK does not show.</summary>
    public Protos.Dapr.DaprClient Grpc { get; }

    /// <summary>The SDK's client, as apps use it.</summary>
    public DaprClient Client { get; }

    public string Output => string.Join('\n', output);

    public int ProcessId => process.Id;

    public Task<int> Ended => process.WaitForExitAsync().ContinueWith(_ => process.ExitCode, TaskScheduler.Default);

    private static string? DaprdPath => Environment.GetEnvironmentVariable("DAPRD_PATH") is { Length: > 0 } path ? path : null;

    public static async Task<SidecarProcess> StartAsync(SidecarOptions options)
    {
        var sidecar = await CreateAsync(options);
        try
        {
            await Patience.UntilAsync(() => sidecar.IsReadyAsync(options.AwaitReady), $"the sidecar of {options.AppId} did not get ready");
            return sidecar;
        }
        catch (Exception e)
        {
            await sidecar.DisposeAsync();
            throw new InvalidOperationException($"{e.Message}; it said:\n{sidecar.Output}", e);
        }
    }

    /// <summary>Starts a sidecar that is expected to refuse; gives its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Output)> RefusedAsync(SidecarOptions options)
    {
        await using var sidecar = await CreateAsync(options);
        var code = await sidecar.Ended.OrFail("the sidecar did not end, although it should have refused to start");
        return (code, sidecar.Output);
    }

    /// <summary>Puts a resource file in place, the first one unless told otherwise.</summary>
    public void Write(string resource, int index = 0) => File.WriteAllText(Path.Combine(scratch, "resources", $"{index}.yaml"), resource);

    public void Configure(string configuration) => File.WriteAllText(Path.Combine(scratch, "configuration.yaml"), configuration);

    /// <param name="name"><c>HUP</c>, <c>INT</c>, …</param>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
        await process.WaitForExitAsync();
        process.Dispose();
        Http.Dispose();
        Client.Dispose();
        Channel.Dispose();
        Directory.Delete(scratch, recursive: true);
    }

    private static async Task<SidecarProcess> CreateAsync(SidecarOptions options) => new(options, IsDaprd ? await ControlPlane.FlagsAsync() : []);

    private static string SharedFolder()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-run-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    }

    private async Task<bool> IsReadyAsync(bool wanted)
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"the sidecar of {AppId} has ended with exit code {process.ExitCode}");
        }
        try
        {
            using var answer = await Http.GetAsync("/v1.0/healthz");
            return !wanted || answer.StatusCode == HttpStatusCode.NoContent;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false; // not listening yet
        }
    }

    /// <summary>Names by a file: daprd's default is mDNS, which leaves the machine and finds the apps of other runs.</summary>
    private static string NamesIn(string folder) => Yaml.Configuration($$"""
        nameResolution:
          component: sqlite
          version: v1
          configuration: { connectionString: "{{Path.Combine(folder, "names.db")}}", updateInterval: 60s, timeout: 20s }
        """);

    private ProcessStartInfo StartInfo(SidecarOptions options, IReadOnlyList<string> controlPlane)
    {
        var resources = Directory.CreateDirectory(Path.Combine(scratch, "resources")).FullName;
        foreach (var (index, resource) in options.Resources.Index())
        {
            File.WriteAllText(Path.Combine(resources, $"{index}.yaml"), resource.Replace("{scratch}", scratch, StringComparison.Ordinal));
        }
        var program = DaprdPath ?? "dotnet";
        var info = new ProcessStartInfo(options.IgnoresInterrupt ? "sh" : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = scratch,
        };
        if (options.IgnoresInterrupt)
        {
            ((string[])["-c", "trap '' INT; exec \"$@\"", "sh", program]).ToList().ForEach(info.ArgumentList.Add);
        }
        if (DaprdPath is null)
        {
            info.ArgumentList.Add(Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "SidecarAssembly").Value!);
            info.ArgumentList.Add("daprd");
        }
        List<string> flags =
        [
            "--app-id", options.AppId, "--dapr-http-port", $"{HttpPort}", "--dapr-grpc-port", $"{GrpcPort}", "--dapr-internal-grpc-port", $"{Port.Free()}",
            "--dapr-public-port", $"{PublicPort}", "--enable-metrics=false", "--resources-path", resources, "--dapr-listen-addresses", "127.0.0.1",
            "--app-protocol", options.AppProtocol, .. controlPlane, .. options.AppPort > 0 ? (string[])["--app-port", $"{options.AppPort}"] : [], .. options.Flags,
        ];
        if (IsDaprd)
        {
            var names = Path.Combine(scratch, "names.yaml");
            File.WriteAllText(names, NamesIn(options.Isolated ? scratch : Shared));
            flags.AddRange(["--config", names, "--dapr-internal-grpc-listen-address", "127.0.0.1"]);
            info.Environment["DAPR_HOST_IP"] = "127.0.0.1";
        }
        if (options.Configuration is { } configuration)
        {
            var file = Path.Combine(scratch, "configuration.yaml");
            File.WriteAllText(file, configuration);
            flags.AddRange(["--config", file]);
        }
        flags.ForEach(info.ArgumentList.Add);
        info.Environment["TMPDIR"] = options.Isolated ? scratch : Shared;
        info.Environment["DOTNET_TieredPGO"] = "0";
        info.Environment.Remove("DAPR_API_TOKEN");
        info.Environment.Remove("APP_API_TOKEN");
        foreach (var (name, value) in options.Environment)
        {
            info.Environment[name] = value;
        }
        return info;
    }
}
