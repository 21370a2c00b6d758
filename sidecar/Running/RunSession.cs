using System.Globalization;
using Sidecar.Hosting;
using Sidecar.Yaml;

namespace Sidecar.Running;

/// <summary>A run from start to end: leftovers are ended, sidecars listen, apps start and become ready; on Ctrl-C the reverse.</summary>
internal sealed class RunSession(IReadOnlyList<RunApp> apps, RunOptions options, RunConsole console, TimeProvider time)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(15);

    /// <summary>The number of apps that start side by side: a start is mostly computing, and more of them would only slow down each
    /// other.</summary>
    internal static readonly int MostStarting = Math.Max(2, Environment.ProcessorCount);

    /// <summary>After this long an app that is not ready yet makes room for the next one, which it may be waiting for.</summary>
    internal static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(3);

    /// <summary>Exit code: 0 after Ctrl-C, 1 when something ended that should not.</summary>
    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        BatchScheduling.Apply();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new RunLogger(console)));
        using var guard = new OrphanGuard(loggers.CreateLogger<OrphanGuard>());
        var record = new RunRecord(options.BaseDirectory, guard.Guard);
        var leftOver = record.TakeOver();
        var started = time.GetTimestamp();
        var complete = apps.Select(app => app.Completed()).ToList();
        await using var server = await SidecarServer.StartAsync(
            new ServerOptions([.. complete.Select(app => app.Options)], options.Strict, options.LogLevel),
            logging => logging.AddProvider(new RunLogger(console)),
            interrupted,
            beforeListening: FreePortsAsync(leftOver, record)
        );
        var supervisors = complete.Zip(server.Sidecars, (app, sidecar) => Supervise(app, sidecar, record)).ToList();
        try
        {
            await StartAsync([.. supervisors.Zip(server.Sidecars)], interrupted);
            var ended = EndAsync([.. supervisors.Where(supervisor => supervisor.App.Command.Count > 0)], interrupted);
            await ReadyAsync(supervisors, server.Sidecars, ended, interrupted);
            console.Info(
                $"all {supervisors.Count} apps are ready after {time.GetElapsedTime(started).TotalSeconds:0.0} s; Ctrl-C ends them"
            );
            console.Table(
                supervisors,
                await RootPages.FindAsync(supervisors.Select(supervisor => supervisor.App.Options), time, interrupted)
            );
            Hint(supervisors);
            await WaitForEndAsync(ended, server.Lifetime.ApplicationStopping, interrupted);
            return 0;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 0;
        }
        catch (InvalidOperationException e)
        {
            console.Error(e.Message);
            return 1;
        }
        finally
        {
            console.Info("stopping");
            // The apps first, last started first: while they finish their work they still need their sidecars.
            foreach (var sidecar in server.Sidecars)
            {
                await sidecar.QuiesceAsync();
            }
            await Task.WhenAll(Enumerable.Reverse(supervisors).Select(supervisor => supervisor.DisposeAsync().AsTask()));
            record.Clear();
        }
    }

    private AppSupervisor Supervise(RunApp app, AppSidecar sidecar, RunRecord record)
    {
        AppSupervisor? supervisor = null;
        supervisor = new AppSupervisor(app with { Options = sidecar.Options }, record, console, options.Restart, Restarted, time);
        return supervisor;

        void Restarted()
        {
            Describe(supervisor!, sidecar);
            sidecar.AppRestarted();
        }
    }

    /// <summary>Adds the metadata that Dapr's CLI adds: the processes, the command and the template of the app.</summary>
    private void Describe(AppSupervisor supervisor, AppSidecar sidecar)
    {
        var metadata = sidecar.ExtendedMetadata;
        metadata["cliPID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (options.TemplateFile is { } file)
        {
            metadata["runTemplatePath"] = file;
            metadata["runTemplateName"] = options.TemplateName ?? "";
        }
        if (supervisor.LogPath is { } log)
        {
            metadata["appLogPath"] = log;
        }
        if (supervisor.ProcessId is { } process)
        {
            metadata["appPID"] = process.ToString(CultureInfo.InvariantCulture);
            metadata["appCommand"] = string.Join(' ', supervisor.App.Command);
        }
    }

    /// <exception cref="InvalidConfigurationException">Another program uses the port of an app.</exception>
    private async Task FreePortsAsync(IReadOnlyList<RecordedProcess> leftOver, RunRecord record)
    {
        await Task.WhenAll(leftOver.Select(left => EndLeftOverAsync(left, record)));
        RefuseBusyPorts();
    }

    /// <summary>Without its sidecar an app cannot finish its work, so it gets little time.</summary>
    private async Task EndLeftOverAsync(RecordedProcess left, RunRecord record)
    {
        console.Warn($"ending process {left.ProcessId} of app '{left.AppId}', left over from a run that was killed");
        await Signals.EndAsync(left, TimeSpan.FromSeconds(1), time);
        record.Remove(left.ProcessId);
    }

    /// <summary>Starts the apps in the order of the template. Returns once all have been started, or one has failed for good.</summary>
    private async Task StartAsync(List<(AppSupervisor Supervisor, AppSidecar Sidecar)> apps, CancellationToken interrupted)
    {
        List<Task> starting = [];
        foreach (var (supervisor, sidecar) in apps)
        {
            if (starting.Count == MostStarting)
            {
                starting.Remove(await Task.WhenAny(starting).WaitAsync(interrupted));
            }
            if (apps.Any(app => app.Supervisor.Watching.IsFaulted))
            {
                return;
            }
            supervisor.Start();
            Describe(supervisor, sidecar);
            starting.Add(Task.WhenAny(sidecar.FirstHealthy, supervisor.Watching, Task.Delay(LongestTurn, time, interrupted)));
        }
    }

    /// <summary>Ends when every app that was started here has finished; faults as soon as one has failed for good.</summary>
    private async Task EndAsync(List<AppSupervisor> started, CancellationToken interrupted)
    {
        if (started.Count == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, interrupted);
        }
        var running = started.ConvertAll(supervisor => supervisor.Watching);
        while (running.Count > 0)
        {
            var first = await Task.WhenAny(running);
            await first;
            running.Remove(first);
        }
    }

    /// <summary>Waits for all apps without a time limit, and names those that are not ready yet at intervals.</summary>
    private async Task ReadyAsync(
        List<AppSupervisor> supervisors,
        IReadOnlyList<AppSidecar> sidecars,
        Task ended,
        CancellationToken interrupted
    )
    {
        // An app without command is started by another program at any time.
        var awaited = supervisors.Zip(sidecars).Where(pair => pair.First.App.Command.Count > 0).ToList();
        var ready = Task.WhenAll(awaited.Select(pair => Task.WhenAny(pair.Second.FirstHealthy, pair.First.Watching)));
        using var reports = new PeriodicTimer(BetweenReports, time);
        while (!ready.IsCompleted)
        {
            var report = reports.WaitForNextTickAsync(interrupted).AsTask();
            var first = await Task.WhenAny(ready, ended, report);
            await first;
            if (first == ended)
            {
                return;
            }
            if (
                first == report
                && awaited
                    .Where(pair => !pair.Second.FirstHealthy.IsCompleted && !pair.First.Watching.IsCompleted)
                    .Select(pair => pair.First)
                    .ToList()
                    is { Count: > 0 } late
            )
            {
                var names = late.Select(supervisor => $"'{supervisor.App.Options.AppId}' (port {supervisor.App.Options.AppPort})");
                console.Warn($"not ready yet: {string.Join(", ", names)}; does the app listen on its APP_PORT?");
            }
        }
        await ready;
    }

    private static async Task WaitForEndAsync(Task ended, CancellationToken shutdown, CancellationToken interrupted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(shutdown, interrupted);
        var requested = new TaskCompletionSource();
        await using var registration = either.Token.Register(() => requested.TrySetResult());
        await await Task.WhenAny(requested.Task, ended);
    }

    /// <summary>An app without its port would report that only somewhere in a stack trace.</summary>
    private void RefuseBusyPorts()
    {
        var busy = apps.Where(app => app.Command.Count > 0 && app.Options.AppPort > 0 && !FreePort.IsFree(app.Options.AppPort)).ToList();
        if (busy.Count > 0)
        {
            throw new InvalidConfigurationException([
                .. busy.Select(app => new YamlProblem(
                    "ports",
                    0,
                    $"port {app.Options.AppPort} (appPort of '{app.Options.AppId}') is in use by another program; end it, or "
                        + "give another appPort"
                )),
            ]);
        }
    }

    private void Hint(List<AppSupervisor> supervisors)
    {
        if (supervisors.FirstOrDefault(supervisor => supervisor.App.Options.AppId == "gateway") is { } gateway)
        {
            const string json = "-H 'Content-Type: application/json'";
            var edge = $"http://localhost:{gateway.App.Options.AppPort}";
            console.Info(
                $"try: TOKEN=$(curl -s {edge}/api/auth/token {json} "
                    + """-d '{"customerId":"customer-1"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')"""
            );
            console.Info(
                $"""     curl -i {edge}/api/orders -H "Authorization: Bearer $TOKEN" {json} """
                    + """-d '{"customerId":"customer-1","items":[{"productId":"product-1","quantity":2}],"paymentToken":"tok_ok"}'"""
            );
        }
    }
}
