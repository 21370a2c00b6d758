using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dapr.Client;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Running;

/// <summary>A sidecar, known by its ports alone: the embedded one, or the daprd that <c>DAPRD_PATH</c> names.</summary>
public sealed class TestedSidecar : IAsyncDisposable
{
    private readonly IHostedSidecar host;
    private readonly string scratch;

    private TestedSidecar(SidecarOptions options, IReadOnlyList<string> controlPlane)
    {
        AppId = options.AppId;
        (HttpPort, GrpcPort, PublicPort) = (options.HttpPort ?? Port.Free(), options.GrpcPort ?? Port.Free(), Port.Free());
        scratch = Directory.CreateTempSubdirectory("conformance-").FullName;
        var flags = Flags(options, controlPlane);
        host =
            IsDaprd || NeedsProcess(options)
                ? new SidecarInProcessOfItsOwn(Launch(options, flags))
                : new SidecarInThisProcess(flags, scratch, options.Isolated ? SharedFolder.RegistryIn(scratch) : SharedFolder.Registry);
        Http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                ActivityHeadersPropagator = null,
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            }
        )
        {
            BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}"),
        };
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{GrpcPort}");
        Grpc = new Protos.Dapr.DaprClient(Channel.Intercept(new Deadlines()));
        Client = new DaprClientBuilder()
            .UseHttpEndpoint($"http://127.0.0.1:{HttpPort}")
            .UseGrpcEndpoint($"http://127.0.0.1:{GrpcPort}")
            .Build();
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

    /// <summary>The generated client, for members that the SDK hides.</summary>
    public Protos.Dapr.DaprClient Grpc { get; }

    /// <summary>The SDK's client, as apps use it.</summary>
    public DaprClient Client { get; }

    public string Output => host.Output;

    public int ProcessId => host.ProcessId;

    /// <summary>The exit code, once the sidecar has ended.</summary>
    public Task<int> Ended => host.Ended;

    private static string? DaprdPath => Environment.GetEnvironmentVariable("DAPRD_PATH") is { Length: > 0 } path ? path : null;

    public static async Task<TestedSidecar> StartAsync(SidecarOptions options)
    {
        var sidecar = await CreateAsync(options);
        try
        {
            await Eventually.UntilAsync(
                () => sidecar.IsReadyAsync(options.AwaitReady),
                $"the sidecar of {options.AppId} did not get ready"
            );
            return sidecar;
        }
        catch (Exception e)
        {
            await sidecar.DisposeAsync();
            throw new InvalidOperationException($"{e.Message}; it said:\n{sidecar.Output}", e);
        }
    }

    /// <summary>Starts a sidecar that is expected to refuse; returns its exit code and its output.</summary>
    public static async Task<(int ExitCode, string Output)> RefusedAsync(SidecarOptions options)
    {
        await using var sidecar = await CreateAsync(options);
        var code = await sidecar.Ended.OrFail("the sidecar did not end, although it should have refused to start");
        return (code, sidecar.Output);
    }

    /// <summary>Replaces a resource file, by default the first one.</summary>
    public void Write(string resource, int index = 0) => Replace(Path.Combine("resources", $"{index}.yaml"), resource);

    public void Configure(string configuration) => Replace("configuration.yaml", configuration);

    /// <param name="name"><c>HUP</c>, <c>INT</c>, …</param>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{host.ProcessId}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Http.Dispose();
        Client.Dispose();
        Channel.Dispose();
        Directory.Delete(scratch, recursive: true);
    }

    /// <summary>A sidecar that reads the file meanwhile sees the old text or the new one, never an empty file.</summary>
    private void Replace(string file, string text)
    {
        var draft = Path.Combine(scratch, "draft");
        File.WriteAllText(draft, text);
        File.Move(draft, Path.Combine(scratch, file), overwrite: true);
    }

    private static async Task<TestedSidecar> CreateAsync(SidecarOptions options) =>
        new(options, IsDaprd ? await ControlPlane.FlagsAsync() : []);

    private static bool NeedsProcess(SidecarOptions options) =>
        options.OwnProcess || options.IgnoresInterrupt || options.Environment.Count > 0;

    private async Task<bool> IsReadyAsync(bool wanted)
    {
        if (Ended.IsCompleted)
        {
            throw new InvalidOperationException($"the sidecar of {AppId} has ended with exit code {await Ended}");
        }
        try
        {
            using var answer = await Http.GetAsync("/v1.0/healthz");
            using var grpc = new TcpClient(); // its port opens after that of HTTP
            await grpc.ConnectAsync(IPAddress.Loopback, GrpcPort);
            return !wanted || answer.StatusCode == HttpStatusCode.NoContent;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false; // not listening yet
        }
    }

    /// <summary>Names by a file: daprd's default is mDNS, which leaves the machine and finds the apps of other runs.</summary>
    private static string NamesIn(string folder) =>
        Yaml.Configuration(
            $$"""
            nameResolution:
              component: sqlite
              version: v1
              configuration: { connectionString: "{{Path.Combine(folder, "names.db")}}", updateInterval: 60s, timeout: 20s }
            """
        );

    /// <summary>The files of this sidecar, and the flags that name them.</summary>
    private List<string> Flags(SidecarOptions options, IReadOnlyList<string> controlPlane)
    {
        var resources = Directory.CreateDirectory(Path.Combine(scratch, "resources")).FullName;
        foreach (var (index, resource) in options.Resources.Index())
        {
            File.WriteAllText(Path.Combine(resources, $"{index}.yaml"), resource.Replace("{scratch}", scratch, StringComparison.Ordinal));
        }
        List<string> flags =
        [
            "--app-id",
            options.AppId,
            "--dapr-http-port",
            $"{HttpPort}",
            "--dapr-grpc-port",
            $"{GrpcPort}",
            "--dapr-internal-grpc-port",
            $"{Port.Free()}",
            "--dapr-public-port",
            $"{PublicPort}",
            "--enable-metrics=false",
            "--resources-path",
            resources,
            "--dapr-listen-addresses",
            "127.0.0.1",
            "--app-protocol",
            options.AppProtocol,
            .. controlPlane,
            .. options.AppPort > 0 ? (string[])["--app-port", $"{options.AppPort}"] : [],
            .. options.Flags,
        ];
        if (IsDaprd)
        {
            var names = Path.Combine(scratch, "names.yaml");
            File.WriteAllText(names, NamesIn(options.Isolated ? scratch : SharedFolder.Path));
            flags.AddRange(["--config", names, "--dapr-internal-grpc-listen-address", "127.0.0.1"]);
        }
        if (options.Configuration is { } configuration)
        {
            var file = Path.Combine(scratch, "configuration.yaml");
            File.WriteAllText(file, configuration);
            flags.AddRange(["--config", file]);
        }
        return flags;
    }

    private ProcessStartInfo Launch(SidecarOptions options, List<string> flags)
    {
        string[] program = DaprdPath is { } daprd ? [daprd] : ["dotnet", RunProcess.Assembly, "daprd"];
        string[] command =
        [
            .. options.IgnoresInterrupt ? ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"] : (string[])[],
            .. program,
            .. flags,
        ];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = scratch,
        };
        if (IsDaprd)
        {
            info.Environment["DAPR_HOST_IP"] = "127.0.0.1";
        }
        info.Environment["TMPDIR"] = options.Isolated ? scratch : SharedFolder.Path;
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
