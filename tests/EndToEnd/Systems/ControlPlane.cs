namespace EndToEnd.Systems;

/// <summary>
/// Placement, scheduler and, if it has one, sentry of an installation, with their data in the folder, and the names of its sidecars in a
/// file.
/// </summary>
internal sealed class ControlPlane(SystemFolder folder, DaprInstallation dapr, RunRecord record, Action<string> say)
{
    private const string TrustDomain = "localhost";

    private const string SentryConfiguration = """
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: sentry
        spec:
          mtls:
            enabled: true
        """;

    private readonly List<SupervisedProcess> processes = [];

    public IEnumerable<SupervisedProcess> Processes => processes;

    public string PlacementAddress => $"127.0.0.1:{folder.Port("placement")}";

    public string SchedulerAddress => $"127.0.0.1:{folder.Port("scheduler")}";

    private string TrustAnchors => folder.In("sentry/ca.crt");

    /// <summary>The flags by which a daprd trusts the control plane and gets an identity of its own; empty without sentry.</summary>
    public IReadOnlyList<string> FlagsOfDaprd =>
        dapr.Sentry is null ? [] : ["--enable-mtls", "--sentry-address", SentryAddress, "--control-plane-trust-domain", TrustDomain];

    /// <summary>The root certificate as text; empty without sentry.</summary>
    public string TrustedRoot => dapr.Sentry is null ? "" : File.ReadAllText(TrustAnchors);

    private string SentryAddress => $"127.0.0.1:{folder.Port("sentry")}";

    private IReadOnlyList<string> Tls =>
        dapr.Sentry is null
            ? []
            : ["--tls-enabled", "--sentry-address", SentryAddress, "--trust-anchors-file", TrustAnchors, "--trust-domain", TrustDomain];

    public async Task StartAsync()
    {
        if (dapr.Sentry is { } sentry)
        {
            Directory.CreateDirectory(folder.In("sentry"));
            File.WriteAllText(folder.In("sentry.yaml"), SentryConfiguration);
            Start(
                "sentry",
                sentry,
                [
                    "--listen-address",
                    "127.0.0.1",
                    "--issuer-credentials",
                    folder.In("sentry"),
                    "--config",
                    folder.In("sentry.yaml"),
                    "--trust-domain",
                    TrustDomain,
                ]
            );
            await Wait.UntilAsync("sentry has made its root certificate", () => Task.FromResult(File.Exists(TrustAnchors)));
        }
        if (dapr.Placement is { } placement)
        {
            Start(
                "placement",
                placement,
                [
                    "--listen-address",
                    "127.0.0.1",
                    "--initial-cluster",
                    $"dapr-placement-0=127.0.0.1:{folder.Port("placement raft")}",
                    .. Tls,
                ]
            );
        }
        if (dapr.Scheduler is { } scheduler)
        {
            Start(
                "scheduler",
                scheduler,
                [
                    "--listen-address",
                    "127.0.0.1",
                    "--override-broadcast-host-port",
                    SchedulerAddress,
                    "--etcd-data-dir",
                    folder.In("scheduler"),
                    "--etcd-client-port",
                    $"{folder.Port("scheduler etcd client")}",
                    "--etcd-initial-cluster",
                    $"dapr-scheduler-server-0=http://127.0.0.1:{folder.Port("scheduler etcd peer")}",
                    .. Tls,
                ]
            );
        }
    }

    /// <summary>
    /// A copy of the template's configuration with names by a file instead of mDNS: other systems of this machine have apps of the same
    /// names.
    /// A busy machine may be late with renewing one, for which the defaults leave a second.
    /// </summary>
    public string WithNames(string configuration)
    {
        var copy = folder.In(Path.Combine(".sidecar", Path.GetFileName(configuration)));
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(configuration, copy, overwrite: true);
        folder.Replace(
            copy,
            "\nspec:\n",
            $"""

            spec:
              nameResolution:
                component: sqlite
                version: v1
                configuration:
                  connectionString: {folder.In(".sidecar/names.db")}
                  updateInterval: 60s
                  timeout: 20s
                  busyTimeout: 20s

            """
        );
        return copy;
    }

    private void Start(string name, string program, string[] flags)
    {
        var process = new SupervisedProcess(
            name,
            "",
            folder.Command(
                [
                    program,
                    "--port",
                    $"{folder.Port(name)}",
                    "--healthz-port",
                    $"{folder.Port($"{name} health")}",
                    "--healthz-listen-address",
                    "127.0.0.1",
                    "--metrics-port",
                    $"{folder.Port($"{name} metrics")}",
                    "--metrics-listen-address",
                    "127.0.0.1",
                    .. flags,
                ],
                folder.Path
            ),
            record,
            say
        );
        processes.Add(process);
        process.Start();
    }
}
