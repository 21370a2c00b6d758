using System.Diagnostics;
using System.Globalization;
using Conformance.Running;
using Sidecar.Running;

namespace Conformance.General;

/// <summary>A run whose apps or whose sidecar exit.</summary>
public sealed class RunTests
{
    [SkippableFact]
    public async Task An_app_that_keeps_failing_does_not_stop_the_others()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        var port = Port.Free();
        await using var run = RunProcess.Start(
            $$"""
            version: 1
            apps:
              - { appID: flapping, appDirPath: ., command: ["sh", "-c", "echo no parcels today; exit 3"] }
              - { appID: steady, appDirPath: ., daprHTTPPort: {{port}}, command: ["sleep", "600"] }
            """
        );

        await run.PrintsAsync("'flapping': 'sh -c echo no parcels today; exit 3' ended with exit code 3");
        await run.PrintsAsync("it has failed 4 times in a row");

        Assert.Contains("the other apps go on", run.Output, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await http.GetAsync("/v1.0/healthz").SucceedsAsync();
        Assert.False(run.Ended.IsCompleted);
    }

    [SkippableFact]
    public async Task With_no_restart_the_first_failed_app_ends_the_run()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        await using var run = RunProcess.Start(
            """
            version: 1
            apps:
              - { appID: failing, appDirPath: ., command: ["sh", "-c", "echo no parcels today; exit 3"] }
              - { appID: steady, appDirPath: ., command: ["sleep", "600"] }
            """,
            "--no-restart"
        );

        Assert.Equal(1, await run.Ended.OrFail("the run did not end"));
        Assert.Contains("no parcels today", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_command_that_cannot_be_started_ends_the_run_with_the_reason()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        await using var run = RunProcess.Start(
            """
            version: 1
            apps:
              - { appID: steady, appDirPath: ., command: ["sleep", "600"] }
              - { appID: missing, appDirPath: ., command: ["no-such-command"] }
            """
        );

        Assert.Equal(1, await run.Ended.OrFail("the run did not end"));
        Assert.Contains("app 'missing': the command 'no-such-command' can't be started", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Flags_that_describe_one_app_have_no_effect_beside_a_run_template()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        await using var run = RunProcess.Start(
            """
            version: 1
            apps:
              - { appID: of-the-template, appDirPath: ., command: ["sleep", "600"] }
            """,
            "--app-id",
            "of-the-flags"
        );

        await run.PrintsAsync("ignored: --app-id describes one app");
        await run.PrintsAsync("apps are ready");
        await run.PrintsAsync("│ of-the-template ");
        Assert.DoesNotContain("of-the-flags", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_app_that_does_not_become_ready_holds_up_the_next_one_for_a_limited_time()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        var silent = Enumerable
            .Range(0, RunSession.MostStarting)
            .Select(number => $$"""  - { appID: silent-{{number}}, appDirPath: ., appPort: {{Port.Free()}}, command: ["sleep", "600"] }""");
        var begun = TimeProvider.System.GetTimestamp();
        await using var run = RunProcess.Start(
            $$"""
            version: 1
            apps:
            {{string.Join('\n', silent)}}
              - { appID: last, appDirPath: ., command: ["sh", "-c", "echo it is my turn; sleep 600"] }
            """
        );

        await run.PrintsAsync("│ it is my turn");

        Assert.True(TimeProvider.System.GetElapsedTime(begun) >= RunSession.LongestTurn);
    }

    [SkippableFact]
    public async Task Apps_of_a_killed_sidecar_exit_with_their_children_and_free_their_ports()
    {
        Skip.If(TestedSidecar.IsDaprd || OperatingSystem.IsWindows(), RunProcess.Missing);
        await using var run = RunProcess.Start(
            """
            version: 1
            apps:
              - { appID: plain, appDirPath: ., command: ["sh", "-c", "exec sleep 600"] }
              - { appID: wrapped, appDirPath: ., command: ["sh", "-c", "sleep 600 & echo child $!; wait; echo never"] }
              - { appID: stubborn, appDirPath: ., command: ["sh", "-c", "trap '' TERM; while :; do sleep 600; done"] }
            """
        );
        await run.PrintsAsync("╰");
        await run.PrintsAsync("│ child ");
        var child = int.Parse(run.Output.Split("│ child ")[1].Split('\n')[0], CultureInfo.InvariantCulture);
        int[] processes = [run.ProcessOf("plain"), run.ProcessOf("wrapped"), run.ProcessOf("stubborn"), child];
        Assert.All(processes, id => Assert.True(IsAlive(id)));

        run.Kill();

        await Eventually.UntilAsync(() => Task.FromResult(!processes.Any(IsAlive)), "apps of a killed sidecar were left behind");
        await run.Ended;
        await using var next = run.Again();
        await next.PrintsAsync("apps are ready");
    }

    [SkippableFact]
    public async Task The_circuit_breakers_of_an_app_close_once_its_restarted_process_answers()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        var (caller, app, inner, grpc) = (Port.Free(), Port.Free(), Port.Free(), Port.Free());
        await using var run = RunProcess.Start(
            $$"""
            version: 1
            apps:
              - { appID: caller, appDirPath: ., daprHTTPPort: {{caller}}, resourcesPaths: ["."], command: ["sleep", "600"] }
              - appID: callee
                appDirPath: .
                appPort: {{app}}
                enableAppHealthCheck: true
                appHealthCheckPath: /v1.0/healthz
                command: ["dotnet", "{{RunProcess.Assembly}}", "daprd", "--app-id", "inner", "--dapr-http-port", "{{app}}", "--dapr-grpc-port", "{{grpc}}", "--dapr-internal-grpc-port", "{{inner}}", "--dapr-listen-addresses", "127.0.0.1", "--enable-metrics=false"]
            """,
            resources: (
                "resiliency.yaml",
                """
                apiVersion: dapr.io/v1alpha1
                kind: Resiliency
                metadata: { name: test }
                spec:
                  policies:
                    circuitBreakers: { once: { maxRequests: 1, timeout: 600s, trip: consecutiveFailures >= 1 } }
                  targets:
                    apps: { callee: { circuitBreaker: once } }
                """
            )
        );
        await run.PrintsAsync("╰");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{caller}") };
        async Task<string> CallAsync()
        {
            using var answer = await http.GetAsync("/v1.0/invoke/callee/method/v1.0/healthz");
            return answer.IsSuccessStatusCode ? "" : await answer.TextAsync();
        }
        Assert.Equal("", await CallAsync());

        using (var callee = Process.GetProcessById(run.ProcessOf("callee")))
        {
            callee.Kill();
        }
        await Eventually.UntilAsync(
            async () => (await CallAsync()).Contains("circuit breaker is open", StringComparison.Ordinal),
            "the breaker did not open"
        );

        await run.PrintsAsync("app 'callee' is process ");
        await Eventually.UntilAsync(async () => (await CallAsync()).Length == 0, "the breaker stayed open although the app is back");
    }

    [SkippableFact]
    public async Task The_metadata_of_a_sidecar_name_the_process_of_its_app_and_the_template()
    {
        Skip.If(TestedSidecar.IsDaprd, RunProcess.Missing);
        var port = Port.Free();
        await using var run = RunProcess.Start(
            $$"""
            version: 1
            name: shop
            apps:
              - { appID: told, appDirPath: ., daprHTTPPort: {{port}}, appLogDestination: fileAndConsole, command: ["sleep", "600"] }
            """
        );
        await run.PrintsAsync("╰");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var metadata = await http.GetAsync("/v1.0/metadata");
        var extended = (await metadata.JsonAsync()).GetProperty("extended");
        string? Extended(string name) => extended.GetProperty(name).GetString();

        Assert.Equal(("sleep 600", $"{run.ProcessOf("told")}"), (Extended("appCommand"), Extended("appPID")));
        Assert.Equal("shop", Extended("runTemplateName"));
        Assert.EndsWith("/dapr.yaml", Extended("runTemplatePath"), StringComparison.Ordinal);
        Assert.True(File.Exists(Extended("appLogPath")));
        Assert.NotEqual(Extended("appPID"), Extended("cliPID"));
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/stat").Split(") ")[^1][0] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // exited
        }
    }
}
