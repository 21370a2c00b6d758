using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Instances;

/// <summary>Two entries of one app id in a run template: one process has both.</summary>
public sealed class InstanceRunTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("conformance-run-twins-");
    private readonly HttpApp[] apps = new HttpApp[2];
    private readonly HttpClient[] sidecars = new HttpClient[2];
    private readonly ConcurrentQueue<string> events = new();
    private readonly ActorWitnessOfRun actors = new();
    private readonly ConcurrentQueue<string> output = new();
    private Process process = null!;

    public async Task InitializeAsync()
    {
        var ports = new[] { Port.Free(), Port.Free() };
        for (var i = 0; i < 2; i++)
        {
            var name = $"{i}";
            apps[i] = await HttpApp.StartAsync();
            apps[i].Answers("/who", 200, name);
            apps[i].Answers("/dapr/config", 200, """{"entities":["Twin"]}""");
            apps[i].Subscribes("""[{"pubsubname":"events","topic":"orders","route":"/orders"}]""");
            apps[i].Answers("/orders", (received, _) =>
            {
                events.Enqueue(received.Json.GetProperty("data").GetRawText());
                return Task.CompletedTask;
            });
            for (var actor = 0; actor < 16; actor++)
            {
                var id = $"actor-{actor}";
                apps[i].Answers($"/actors/Twin/{id}/method/m", (_, _) =>
                {
                    actors.Called(id, name);
                    return Task.CompletedTask;
                });
            }
            sidecars[i] = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[i]}") };
        }
        Directory.CreateDirectory(Path.Combine(folder.FullName, "resources"));
        File.WriteAllText(Path.Combine(folder.FullName, "resources", "events.yaml"), Yaml.Component("events", "pubsub.sqlite", ("connectionString", "events.db")));
        File.WriteAllText(Path.Combine(folder.FullName, "resources", "state.yaml"), Yaml.Component("actors", "state.sqlite", ("connectionString", "state.db"), ("actorStateStore", "true")));
        File.WriteAllText(Path.Combine(folder.FullName, "dapr.yaml"), $"""
            version: 1
            common: {"{"} resourcesPath: resources, env: {"{"} DAPR_API_TOKEN: "", APP_API_TOKEN: "" {"}"} {"}"}
            apps:
            - {"{"} appID: twin, appDirPath: ., appPort: {apps[0].PortNumber}, daprHTTPPort: {ports[0]}, appLogDestination: file {"}"}
            - {"{"} appID: twin, appDirPath: ., appPort: {apps[1].PortNumber}, daprHTTPPort: {ports[1]}, appLogDestination: file {"}"}
            """);
        var info = new ProcessStartInfo("dotnet") { WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "SidecarAssembly").Value!, "run", "-f", "dapr.yaml"])
        {
            info.ArgumentList.Add(argument);
        }
        info.Environment["TMPDIR"] = folder.FullName;
        process = Process.Start(info)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Patience.UntilAsync(async () => (await Task.WhenAll(sidecars.Select(IsReadyAsync))).All(ready => ready), "the run did not get ready").ContinueWith(
            waited => waited.IsFaulted ? throw new InvalidOperationException(string.Join('\n', output), waited.Exception) : 0, TaskScheduler.Default);
    }

    public async Task DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        for (var i = 0; i < 2; i++)
        {
            sidecars[i].Dispose();
            await apps[i].DisposeAsync();
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Both_run_share_actors_and_compete_for_events()
    {
        Assert.Equal("0", await WhoAsync(0));
        Assert.Equal("1", await WhoAsync(1));

        foreach (var (number, sidecar) in Enumerable.Range(0, 32).Select(number => (number, sidecars[number % 2])))
        {
            await sidecar.SendAsync("POST", $"/v1.0/actors/Twin/actor-{number / 2}/method/m", "").SucceedsAsync(200);
        }
        Assert.All(actors.Places, place => Assert.Equal(2, place.Calls));
        Assert.Equal(["0", "1"], actors.Places.Select(place => place.App).Distinct().Order(StringComparer.Ordinal));

        for (var i = 0; i < 40; i++)
        {
            await sidecars[0].SendAsync("POST", "/v1.0/publish/events/orders", $"{i}").SucceedsAsync();
        }
        await Patience.UntilAsync(() => Task.FromResult(events.Count >= 40), "not every event was delivered");
        Assert.Equal(40, events.Distinct().Count());
        Assert.Equal(40, events.Count);
        Assert.All(apps, app => Assert.False(app.GotNothingMore("/orders")));
    }

    private async Task<string> WhoAsync(int caller)
    {
        using var answer = await sidecars[caller].GetAsync("/v1.0/invoke/twin/method/who");
        return await answer.TextAsync();
    }

    private static async Task<bool> IsReadyAsync(HttpClient sidecar)
    {
        try
        {
            using var answer = await sidecar.GetAsync("/v1.0/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    /// <summary>At which app each actor was called, and how often there.</summary>
    private sealed class ActorWitnessOfRun
    {
        private readonly ConcurrentDictionary<(string Id, string App), int> calls = new();

        public IEnumerable<(string App, int Calls)> Places => calls.Select(pair => (pair.Key.App, pair.Value));

        public void Called(string id, string app) => calls.AddOrUpdate((id, app), 1, (_, before) => before + 1);
    }
}
