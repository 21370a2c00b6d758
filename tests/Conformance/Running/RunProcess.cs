using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Conformance.Running;

/// <summary><c>sidecar run</c> with a template of a test, in a separate folder and process. Embedded sidecar only.</summary>
public sealed partial class RunProcess : IAsyncDisposable
{
    public const string Missing = "sidecar run is a command of the embedded sidecar";

    private readonly Process process;
    private readonly DirectoryInfo folder;
    private readonly ConcurrentQueue<string> output = new();

    private RunProcess(DirectoryInfo folder, string template, string[] flags)
    {
        this.folder = folder;
        File.WriteAllText(Path.Combine(folder.FullName, "dapr.yaml"), template);
        process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Assembly, "run", "-f", "dapr.yaml", .. flags])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder.FullName,
            },
        };
        process.StartInfo.Environment["TMPDIR"] = folder.FullName;
        process.StartInfo.Environment["DAPR_RUNTIME_PATH"] = folder.FullName; // not the resources of an installed Dapr
        process.StartInfo.Environment.Remove("DAPR_API_TOKEN");
        process.StartInfo.Environment.Remove("APP_API_TOKEN");
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The path of <c>sidecar.dll</c>, which templates start as an app too: it is an HTTP server.</summary>
    public static string Assembly =>
        System
            .Reflection.Assembly.GetExecutingAssembly()
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(item => item.Key == "SidecarAssembly")
            .Value!;

    public string Output => string.Join('\n', output);

    public Task<int> Ended => process.WaitForExitAsync().ContinueWith(_ => process.ExitCode, TaskScheduler.Default);

    public static RunProcess Start(string template, params string[] flags) =>
        new(Directory.CreateTempSubdirectory("run-"), template, flags);

    /// <param name="resources">A file beside the template.</param>
    public static RunProcess Start(string template, (string Name, string Content) resources)
    {
        var folder = Directory.CreateTempSubdirectory("run-");
        File.WriteAllText(Path.Combine(folder.FullName, resources.Name), resources.Content);
        return new RunProcess(folder, template, []);
    }

    /// <summary>Starts again in the same folder, as after a crash. The first one must have ended.</summary>
    public RunProcess Again() => new(folder, File.ReadAllText(Path.Combine(folder.FullName, "dapr.yaml")), []);

    public async Task PrintsAsync(string text)
    {
        try
        {
            await Eventually.UntilAsync(() => HasPrintedAsync(text), $"the run did not say '{text}'");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; it said:\n{Output}", e);
        }
    }

    /// <summary>The latest process id that the output names for an app: in its table, or after a restart.</summary>
    public int ProcessOf(string appId) =>
        int.Parse(
            ProcessIds().Matches(Output).Last(match => match.Groups["app"].Value == appId).Groups["id"].Value,
            System.Globalization.CultureInfo.InvariantCulture
        );

    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
        await process.WaitForExitAsync();
        process.Dispose();
        if (folder.Exists)
        {
            folder.Delete(recursive: true);
            folder.Refresh();
        }
    }

    private async Task<bool> HasPrintedAsync(string text)
    {
        var hasEnded = process.HasExited;
        if (hasEnded)
        {
            await process.WaitForExitAsync(); // for the rest of its output
        }
        var hasPrinted = Output.Contains(text, StringComparison.Ordinal);
        return hasPrinted || !hasEnded
            ? hasPrinted
            : throw new InvalidOperationException($"the run has ended and did not say '{text}':\n{Output}");
    }

    [GeneratedRegex(@"│ (?<app>\S+) +│ (?<id>\d+) |app '(?<app>[^']+)' is process (?<id>\d+) now")]
    private static partial Regex ProcessIds();
}
