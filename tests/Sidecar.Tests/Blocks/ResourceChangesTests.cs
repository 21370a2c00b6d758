using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

/// <summary>The changes that a running sidecar has to apply for changed resource files.</summary>
public sealed class ResourceChangesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("changes-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Documents_with_equal_content_are_no_change()
    {
        var before = Read(Component("a", "state.in-memory"), Component("b", "state.in-memory"));
        var after = Read(
            "# moved, and explained\n" + Component("b", "state.in-memory"),
            Component("a", "state.in-memory").Replace("spec:", "spec: # as it was", StringComparison.Ordinal)
        );
        Assert.Empty(ResourceChanges.Between("app", before, after).Touched);
        Assert.Empty(after.RestartResources.ChangedSince(before.RestartResources));
    }

    [Fact]
    public void Secret_stores_come_first_and_scopes_limit_the_components_of_an_app()
    {
        var before = Read(
            Component("gone", "state.in-memory"),
            Component("changed", "state.in-memory"),
            Component("narrowed", "state.in-memory")
        );
        var after = Read(
            Component("changed", "state.sqlite"),
            Component("new", "state.in-memory"),
            Component("secrets", "secretstores.local.env"),
            Component("narrowed", "state.in-memory") + "\nscopes: [other]"
        );
        var changes = ResourceChanges.Between("app", before, after);
        Assert.Equal(["gone", "narrowed"], changes.Removed.Select(component => component.Name));
        Assert.Equal([("state.in-memory", "state.sqlite")], changes.Changed.Select(change => (change.Before.Type, change.After.Type)));
        Assert.Equal(["secrets", "new"], changes.Added.Select(component => component.Name));
    }

    [Theory]
    [InlineData("secrets", "secrets")]
    [InlineData("elsewhere", null)]
    public void A_new_secret_store_that_a_kept_component_names_is_awaited(string named, string? awaited)
    {
        var kept = Component("kept", "state.in-memory") + $"\nauth: {{ secretStore: {named} }}";
        var before = Read(kept);
        var after = Read(kept, Component("secrets", "secretstores.local.env"), Component("other", "state.in-memory"));
        Assert.Equal(awaited, ResourceChanges.Between("app", before, after).AwaitedStore()?.Name);
    }

    [Fact]
    public void Changes_of_other_kinds_of_resources_are_listed_by_name()
    {
        var before = Read(Endpoint("kept", 1), Endpoint("changed", 1), Endpoint("gone", 1));
        var after = Read(Endpoint("kept", 1), Endpoint("changed", 2), Endpoint("new", 1));
        Assert.Equal(
            ["HTTPEndpoint changed", "HTTPEndpoint gone", "HTTPEndpoint new"],
            after.RestartResources.ChangedSince(before.RestartResources)
        );
    }

    private ResourceSet Read(params string[] documents)
    {
        File.WriteAllText(Path.Combine(folder.FullName, "all.yaml"), string.Join("\n---\n", documents));
        List<YamlProblem> problems = [];
        var resources = ResourceSet.Read([folder.FullName], problems);
        Assert.Empty(problems);
        return resources;
    }

    private static string Component(string name, string type) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {{ name: {name} }}\nspec:\n  type: {type}\n  version: v1";

    private static string Endpoint(string name, int port) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata: {{ name: {name} }}\nspec: {{ baseUrl: \"http://localhost:{port}\" }}";
}
