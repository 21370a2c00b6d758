using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Components;

/// <summary>Which resources of a folder count.</summary>
public sealed class ResourceTests
{
    private static readonly string[] Components = [Named("abc", "another"), Named("nr1", null), Named("nr2", "mine")];

    [Theory]
    [InlineData("mine", "nr1,nr2")]
    [InlineData("", "abc,nr1,nr2")]
    public async Task Those_of_another_namespace_do_not_when_there_is_an_own_one(string own, string loaded)
    {
        // Without a namespace daprd never gets ready: its scheduler wants one.
        await using var sidecar = await SidecarProcess.StartAsync(new SidecarOptions { Resources = Components, Environment = new Dictionary<string, string> { ["NAMESPACE"] = own }, AwaitReady = false });
        using var metadata = await sidecar.Http.GetAsync("/v1.0/metadata");
        var told = (await metadata.JsonAsync()).GetProperty("components").EnumerateArray().Select(component => component.GetProperty("name").GetString());
        Assert.Equal(loaded, string.Join(',', told.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Two_components_of_one_name_are_refused_in_daprds_words()
    {
        var (code, output) = await SidecarProcess.RefusedAsync(new SidecarOptions { Resources = [Yaml.Component("foo", "secretstores.local.env"), Yaml.Component("foo", "state.in-memory")] });
        Assert.Equal(1, code);
        Assert.Contains("Fatal error from runtime: failed to load components: duplicate definition of Component name foo (state.in-memory/v1) with existing foo (secretstores.local.env/v1)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_is_asked_in_the_name_of_its_sidecar()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await SidecarProcess.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Yaml.Component("events", "pubsub.in-memory")] });
        foreach (var question in (string[])["/dapr/subscribe", "/dapr/config"])
        {
            Assert.Equal(sidecar.AppId, (await app.NextAsync(question)).Header("dapr-app-id"));
        }
    }

    private static string Named(string name, string? space) => $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
          {(space is null ? "" : $"namespace: {space}")}
        spec:
          type: state.in-memory
          version: v1
        """;
}
