using System.Security.Cryptography;
using Sidecar.Apps;
using Sidecar.Hosting;
using Sidecar.Yaml;

namespace Sidecar.Running;

/// <summary>How a run is to be.</summary>
internal sealed record RunOptions(string BaseDirectory, bool Restart, bool GenerateTokens, LogLevel LogLevel);

/// <summary>A run from start to end: leftovers are ended, sidecars listen, apps start, all become ready; on Ctrl-C the way back.</summary>
internal sealed class RunSession(IReadOnlyList<RunApp> apps, RunOptions options, RunConsole console, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Exit code: 0 after Ctrl-C, 1 when something ended that should not.</summary>
    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        BatchScheduling.Adopt();
        var record = new RunRecord(options.BaseDirectory);
        await Task.WhenAll(record.TakeOver().Select(left => EndLeftOverAsync(left, record)));
        RefuseBusyPorts();
        var started = time.GetTimestamp();
        var complete = apps.Select(app => app with { Options = Complete(app) }).ToList();
        await using var server = await SidecarServer.StartAsync(
            new ServerOptions([.. complete.Select(app => app.Options)], RefuseUnknownMetadata: true, options.LogLevel),
            logging => logging.AddProvider(new RunLogger(console)), interrupted);
        var supervisors = complete.Zip(server.Sidecars).Select(pair => new AppSupervisor(pair.First, pair.Second, record, console, options.Restart, time)).ToList();
        try
        {
            foreach (var supervisor in supervisors)
            {
                supervisor.Start();
            }
            var ended = Task.WhenAny(supervisors.Where(supervisor => supervisor.App.Command.Count > 0).Select(supervisor => supervisor.Watching).DefaultIfEmpty(Task.Delay(Timeout.InfiniteTimeSpan, time, interrupted))).Unwrap();
            await ReadyAsync(supervisors, ended, interrupted);
            console.Table(supervisors);
            console.Info($"all {supervisors.Count} apps are ready after {time.GetElapsedTime(started).TotalSeconds:0.0} s; Ctrl-C ends them");
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

    /// <summary>Without its sidecar it can finish nothing: it gets little time.</summary>
    private async Task EndLeftOverAsync(RecordedProcess left, RunRecord record)
    {
        console.Warn($"ending process {left.ProcessId} of app '{left.AppId}', left over from a run that was killed");
        await Signals.EndAsync(left, TimeSpan.FromSeconds(1), time);
        record.Remove(left.ProcessId);
    }

    private static async Task ReadyAsync(List<AppSupervisor> supervisors, Task ended, CancellationToken interrupted)
    {
        // An app without command is started by somebody else, who may take his time.
        var ready = Task.WhenAll(supervisors.Where(supervisor => supervisor.App.Command.Count > 0).Select(supervisor => supervisor.Sidecar.Well));
        var first = await Task.WhenAny(ready, ended).WaitAsync(Patience, interrupted).ContinueWith(
            task => task.IsCompletedSuccessfully ? task.Result : null, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        interrupted.ThrowIfCancellationRequested();
        if (first is null)
        {
            var late = supervisors.Where(supervisor => !supervisor.Sidecar.Ready).Select(supervisor => $"'{supervisor.App.Options.AppId}' (port {supervisor.App.Options.AppPort})");
            throw new InvalidOperationException($"not ready after {Patience.TotalSeconds} s: {string.Join(", ", late)}; does the app listen on its APP_PORT?");
        }
        await first;
    }

    private static async Task WaitForEndAsync(Task ended, CancellationToken shutdown, CancellationToken interrupted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(shutdown, interrupted);
        var asked = new TaskCompletionSource();
        await using var registration = either.Token.Register(() => asked.TrySetResult());
        await await Task.WhenAny(asked.Task, ended);
    }

    /// <summary>An app that can't have its port would say so in its own words, somewhere in a stack trace.</summary>
    private void RefuseBusyPorts()
    {
        var busy = apps.Where(app => app.Command.Count > 0 && app.Options.AppPort > 0 && !FreePort.IsFree(app.Options.AppPort)).ToList();
        if (busy.Count > 0)
        {
            throw new InvalidConfigurationException([.. busy.Select(app => new YamlProblem("ports", 0, $"port {app.Options.AppPort} (appPort of '{app.Options.AppId}') is in use by another program; end it, or give another appPort"))]);
        }
    }

    /// <summary>Each app its own tokens, new in every run: one app's are of no use at another's ports. And a metrics port, as Dapr's CLI takes one.</summary>
    private AppOptions Complete(RunApp app)
    {
        string? Given(string name) => app.Environment.GetValueOrDefault(name) ?? (options.GenerateTokens ? Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) : Environment.GetEnvironmentVariable(name));
        return app.Options with { WorkingDirectory = app.Directory, MetricsPort = app.Options.MetricsPort > 0 ? app.Options.MetricsPort : FreePort.Take(), ApiToken = Empty(Given("DAPR_API_TOKEN")), AppApiToken = Empty(Given("APP_API_TOKEN")) };
    }

    private static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private void Hint(List<AppSupervisor> supervisors)
    {
        if (supervisors.FirstOrDefault(supervisor => supervisor.App.Options.AppId == "gateway") is { } gateway)
        {
            var edge = $"http://localhost:{gateway.App.Options.AppPort}";
            console.Info($$"""try: TOKEN=$(curl -s {{edge}}/api/auth/token -H 'Content-Type: application/json' -d '{"customerId":"customer-1"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')""");
            console.Info($$"""     curl -i {{edge}}/api/orders -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"customerId":"customer-1","items":[{"productId":"product-1","quantity":2}],"paymentToken":"tok_ok"}'""");
        }
    }
}
