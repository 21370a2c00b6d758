using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Invocation;

/// <summary>Sidecars that find each other through a file they share (<c>nameresolution.sqlite</c>).</summary>
public sealed class NameResolutionTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("conformance-names-");
    private HttpApp app = null!;

    public async Task InitializeAsync() => app = await HttpApp.StartAsync();

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Sidecars_with_a_shared_name_file_reach_each_other_until_one_stops()
    {
        await using var caller = await StartAsync("names.db");
        await using (var callee = await StartAsync("names.db"))
        {
            await caller.Http.GetAsync($"/v1.0/invoke/{callee.AppId}/method/hi").SucceedsAsync(200);
            await callee.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
            Assert.Equal(0, await callee.Ended.OrFail("the sidecar did not end"));
            await caller.Http.GetAsync($"/v1.0/invoke/{callee.AppId}/method/hi").FailsAsync(500, "ERR_DIRECT_INVOKE");
        }
    }

    [Fact]
    public async Task Sidecars_with_another_name_file_are_not_found()
    {
        await using var caller = await StartAsync("names.db");
        await using var callee = await StartAsync("others.db");
        await caller.Http.GetAsync($"/v1.0/invoke/{callee.AppId}/method/hi").FailsAsync(500, "ERR_DIRECT_INVOKE");
    }

    [SkippableFact]
    public async Task The_callee_learns_the_callers_namespace()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd looks up names in the caller's namespace");
        await using var caller = await TestedSidecar.StartAsync(
            new SidecarOptions { Environment = new Dictionary<string, string> { ["NAMESPACE"] = "blue" } }
        );
        await using var callee = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber });
        await caller.Http.GetAsync($"/v1.0/invoke/{callee.AppId}/method/hi").SucceedsAsync(200);
        Assert.Equal("blue", (await app.NextAsync("/hi")).Header("dapr-caller-namespace"));
    }

    private Task<TestedSidecar> StartAsync(string file) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Configuration = Yaml.Configuration(
                    // a busy machine may be late with renewing a name, for which the defaults leave a second
                    "nameResolution: { component: sqlite, version: v1, configuration: { updateInterval: 60s, timeout: 20s, "
                        + $"connectionString: \"{Path.Combine(folder.FullName, file)}\" }} }}"
                ),
            }
        );
}
