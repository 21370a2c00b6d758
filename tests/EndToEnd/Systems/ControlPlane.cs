namespace EndToEnd.Systems;

/// <summary>Placement and scheduler of an installation, with their data in the folder, and the names of its sidecars in a file.</summary>
internal sealed class ControlPlane(SystemFolder folder, DaprInstallation dapr, RunRecord record, Action<string> say)
{
    private readonly List<SupervisedProcess> processes = [];

    public IEnumerable<SupervisedProcess> Processes => processes;

    public string PlacementAddress => $"127.0.0.1:{folder.Port("placement")}";

    public string SchedulerAddress => $"127.0.0.1:{folder.Port("scheduler")}";

    public void Start()
    {
        if (dapr.Placement is { } placement)
        {
            Start(
                "placement",
                placement,
                ["--listen-address", "127.0.0.1", "--initial-cluster", $"dapr-placement-0=127.0.0.1:{folder.Port("placement raft")}"]
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
