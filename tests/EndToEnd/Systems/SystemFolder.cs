using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EndToEnd.Systems;

/// <summary>
/// A folder with its own run template and components, so that a system started there shares no port, data or record of processes with
/// another one. The next test run ends the processes of an aborted one and removes its folder.
/// </summary>
internal sealed partial class SystemFolder : IDisposable
{
    private const string Settings = """

            Saga__FirstPause: "00:00:00.200"
            Saga__LongestPause: "00:00:01"
            Saga__CompensationAttempts: "5"
            Saga__StuckAfter: "00:00:15"
            Payments__ProviderTimeout: "00:00:01"
            Payments__FirstPause: "00:00:00.100"
            Payments__LongestPause: "00:00:00.500"
        """;

    private const string GatewayGrpcPort = "    daprGRPCPort: 8090 # where clients over gRPC reach orders-grpc\n";
    private const string ApprovalLimit = "Saga__ApprovalLimit: \"20000000\"";

    private static readonly string Parent = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"order-platform-{Environment.UserName}");
    private static readonly Lazy<Task> Swept = new(SweepAsync);

    private SystemFolder(string path) => Path = path;

    public string Path { get; }

    public string Template => In("dapr.yaml");

    /// <summary>A command whose temporary files stay in the folder.</summary>
    public ProcessStartInfo Command(string[] command, string directory)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = directory };
        start.Environment["TMPDIR"] = Path;
        return start;
    }

    /// <summary>The file with the running processes of this folder.</summary>
    public string Record => In(".sidecar/run.json");

    public Dictionary<string, int> Ports { get; } = new(StringComparer.Ordinal);

    /// <param name="withTokens">Whether the template names an API token for each app.</param>
    public static async Task<SystemFolder> CreateAsync(bool withTokens = true)
    {
        await Swept.Value;
        var folder = new SystemFolder(System.IO.Path.Combine(Parent, Guid.NewGuid().ToString("N")[..8]));
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(folder.In("owner.json"), JsonSerializer.Serialize(RunningProcess.Current));
        foreach (
            var file in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "components"), "*", SearchOption.AllDirectories)
        )
        {
            var copy = folder.In(System.IO.Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        folder.WriteTemplate(withTokens);
        return folder;
    }

    /// <summary>Returns the folder that another process has created.</summary>
    public static SystemFolder At(string path) => new(path);

    public string In(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>Replaces a text in a file to make a mistake. Fails if the file does not contain the text.</summary>
    public void Replace(string file, string old, string with)
    {
        var before = File.ReadAllText(In(file));
        Assert.Contains(old, before, StringComparison.Ordinal);
        File.WriteAllText(In(file), before.Replace(old, with, StringComparison.Ordinal));
    }

    /// <summary>
    /// Sets the production pauses between the attempts of a saga step. The tests' short pauses end before a killed app or a crashed server
    /// runs again, and then a compensation waits for a person.
    /// </summary>
    public void UseProductionPauses()
    {
        Replace("dapr.yaml", "Saga__FirstPause: \"00:00:00.200\"", "Saga__FirstPause: \"00:00:02\"");
        Replace("dapr.yaml", "Saga__LongestPause: \"00:00:01\"", "Saga__LongestPause: \"00:00:10\"");
        Replace("dapr.yaml", "Saga__CompensationAttempts: \"5\"", "Saga__CompensationAttempts: \"7\"");
    }

    /// <summary>Makes the same change in a file of every component set.</summary>
    public void InEverySet(string file, string old, string with)
    {
        foreach (var set in (string[])["embedded", "redis", "postgres-rabbitmq"])
        {
            Replace($"components/{set}/{file}", old, with);
        }
    }

    /// <summary>Removes apps from the template that a case does not need. The start of an app costs a second or two of CPU.</summary>
    public void LeaveOut(params string[] appIds)
    {
        var text = File.ReadAllText(Template);
        foreach (var appId in appIds)
        {
            var block = AppBlock().Matches(text).Single(app => app.Value.StartsWith($"  - appID: {appId}\n", StringComparison.Ordinal));
            text = text.Remove(block.Index, block.Length);
        }
        File.WriteAllText(Template, text);
    }

    /// <summary>Removes the apps that show the orders to people and other programs, and take no part in the sagas.</summary>
    public void LeaveOutViewers() => LeaveOut("console", "orders-grpc");

    public void ReplaceCommand(string service, string with) =>
        Replace("dapr.yaml", $"""["dotnet", "{Repository.Root}services/{service}/bin/app/{service}.dll"]""", with);

    /// <summary>Returns a port that stays the same over all runs of this folder.</summary>
    public int Port(string purpose)
    {
        if (!Ports.TryGetValue(purpose, out var port))
        {
            Ports[purpose] = port = FreePort.Take();
        }
        return port;
    }

    /// <summary>Returns the recorded processes of this folder. Sidecars have an empty app id.</summary>
    public IReadOnlyList<RunningProcess> Recorded() =>
        File.Exists(Record) ? JsonSerializer.Deserialize<List<RunningProcess>>(File.ReadAllText(Record))! : [];

    public async Task EndLeftoversAsync()
    {
        // The sidecars first, because the embedded one restarts killed apps.
        var recorded = Recorded().ToLookup(process => process.AppId.Length == 0);
        await Task.WhenAll(recorded[true].Select(sidecar => sidecar.KillAsync()));
        await Task.WhenAll(recorded[false].Select(app => app.KillAsync()));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void WriteTemplate(bool withTokens)
    {
        var text = File.ReadAllText(System.IO.Path.Combine(Repository.Root, "dapr.yaml"));
        Assert.Contains("    ASPNETCORE_ENVIRONMENT: Development", text, StringComparison.Ordinal);
        text = text.Replace(
            "    ASPNETCORE_ENVIRONMENT: Development",
            "    ASPNETCORE_ENVIRONMENT: Development" + Settings,
            StringComparison.Ordinal
        );
        // Tests ship orders themselves, or set the time.
        text = text.Replace("Shipping__ShipAfter: \"00:01:00\"", "Shipping__ShipAfter: \"00:30:00\"", StringComparison.Ordinal);
        Assert.Contains(ApprovalLimit, text, StringComparison.Ordinal);
        text = text.Replace(ApprovalLimit, "Saga__ApprovalLimit: \"500000000\"", StringComparison.Ordinal);
        // Each app has a folder of its own here, because relative paths in components count from there. Its program and settings are the
        // repository's.
        text = AppProgram()
            .Replace(text, app =>
            {
                var name = app.Groups["name"].Value;
                var service = Directory.CreateDirectory(In($"services/{name}"));
                foreach (
                    var settings in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "services", name), "appsettings*.json")
                )
                {
                    File.Copy(settings, System.IO.Path.Combine(service.FullName, System.IO.Path.GetFileName(settings)));
                }
                return $"\"{Repository.Root}services/{name}/{app.Value.Trim('"')}\"";
            });
        Assert.Contains(GatewayGrpcPort, text, StringComparison.Ordinal);
        text = text.Replace(GatewayGrpcPort, "", StringComparison.Ordinal); // a free one, so that systems run beside each other
        text = AppWithPort()
            .Replace(text, app =>
            {
                var port = Ports[app.Groups["id"].Value] = FreePort.Take();
                return $"{app.Groups["before"].Value}{port}";
            });
        File.WriteAllText(Template, withTokens ? WithTokens(text) : text);
    }

    /// <summary>Configures an API token for each app, so that its sidecar requires it.</summary>
    private static string WithTokens(string template) =>
        AppBlock()
            .Replace(template, app =>
            {
                var token = $"      DAPR_API_TOKEN: {Guid.NewGuid():N}\n";
                return app.Value.Contains("    env:\n", StringComparison.Ordinal)
                    ? app.Value.Replace("    env:\n", $"    env:\n{token}", StringComparison.Ordinal)
                    : $"{app.Value}    env:\n{token}";
            });

    private static async Task SweepAsync()
    {
        foreach (var path in Directory.Exists(Parent) ? Directory.EnumerateDirectories(Parent).ToList() : [])
        {
            var folder = new SystemFolder(path);
            var owner = folder.In("owner.json");
            if (File.Exists(owner) && !JsonSerializer.Deserialize<RunningProcess>(await File.ReadAllTextAsync(owner))!.IsAlive)
            {
                await folder.EndLeftoversAsync();
                folder.Dispose();
            }
        }
    }

    [GeneratedRegex(@"  - appID: [\w-]+\n(?:    .*\n)+")]
    private static partial Regex AppBlock();

    [GeneratedRegex(@"""bin/app/(?<name>[\w.]+)\.dll""")]
    private static partial Regex AppProgram();

    [GeneratedRegex(@"(?<before>- appID: (?<id>[\w-]+)\n(?:    .*\n)*?    appPort: )\d+")]
    private static partial Regex AppWithPort();
}
