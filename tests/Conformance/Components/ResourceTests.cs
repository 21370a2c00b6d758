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
    public async Task Resources_of_another_namespace_are_ignored_if_the_sidecar_has_a_namespace(string own, string loaded)
    {
        // Without a namespace daprd never gets ready: its scheduler wants one.
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = Components,
                Environment = new Dictionary<string, string> { ["NAMESPACE"] = own },
                AwaitReady = false,
            }
        );
        using var metadata = await sidecar.Http.GetAsync("/v1.0/metadata");
        var reported = (await metadata.JsonAsync())
            .GetProperty("components")
            .EnumerateArray()
            .Select(component => component.GetProperty("name").GetString());
        Assert.Equal(loaded, string.Join(',', reported.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_second_names_of_the_SQLite_store_and_its_metadata_are_known()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Yaml.Component("store", "state.sqlite3", ("url", "{scratch}/store.db"), ("timeoutInSeconds", "20"))],
            }
        );
        await sidecar.Client.SaveStateAsync("store", "key", "value");
        Assert.Equal("value", await sidecar.Client.GetStateAsync<string>("store", "key"));
    }

    [Fact]
    public async Task Two_components_with_one_name_are_refused_with_daprds_message()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Resources = [Yaml.Component("foo", "secretstores.local.env"), Yaml.Component("foo", "state.in-memory")] }
        );
        Assert.Equal(1, code);
        Assert.Contains(
            "Fatal error from runtime: failed to load components: duplicate definition of Component name foo "
                + "(state.in-memory/v1) with existing foo (secretstores.local.env/v1)",
            output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Startup_queries_to_an_app_carry_its_app_id()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [Yaml.Component("events", "pubsub.in-memory")] }
        );
        foreach (var question in (string[])["/dapr/subscribe", "/dapr/config"])
        {
            Assert.Equal(sidecar.AppId, (await app.NextAsync(question)).Header("dapr-app-id"));
        }
    }

    [Theory]
    [InlineData("a: b")]
    [InlineData("- a\n- b")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nspec: [")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }")]
    [InlineData("apiVersion: dapr.io/v9\nkind: Component\nmetadata: { name: x }\nspec: { type: state.in-memory, version: v1 }")]
    [InlineData(
        "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: x }\nspec: { type: state.in-memory, version: v1, metadata: text }"
    )]
    [InlineData(
        "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: x }\nscopes: text\nspec: { type: state.in-memory, version: v1 }"
    )]
    [InlineData(
        "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: x }\nspec: { type: state.in-memory, version: v1, "
            + "ignoreErrors: maybe }"
    )]
    [InlineData(
        "apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: { name: x }\nspec: { policies: { retries: { a: { policy: "
            + "linear } } }, targets: {} }"
    )]
    public async Task A_document_with_a_mistake_is_ignored_and_the_others_load(string document)
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [document, Yaml.Component("good", "state.in-memory")] }
        );
        Assert.Equal(["good"], await LoadedAsync(sidecar));
    }

    [Theory]
    [InlineData(
        "metadata: { name: x, creationTimestamp: null }\nscopes: null\nspec: { type: state.in-memory, version: v1, metadata: null }"
    )]
    [InlineData(
        "metadata: { name: x }\nspec: { type: state.in-memory, version: v1, metadata: [ { name: a, value: b, secretKeyRef: {} } ] }"
    )]
    [InlineData("metadata: { name: w }\nmetadata: { name: x }\nspec: { type: state.in-memory, version: v1 }")]
    [InlineData(
        "other: 1\nmetadata: { name: x, other: 2 }\nspec: { type: state.in-memory, version: v1, other: 3, metadata: [ { "
            + "name: other, value: b, other: 4 } ] }"
    )]
    public async Task Manifest_with_empty_repeated_or_unknown_fields_loads(string manifest)
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [$"apiVersion: dapr.io/v1alpha1\nkind: Component\n{manifest}"] }
        );
        Assert.Equal(["x"], await LoadedAsync(sidecar));
    }

    [Fact]
    public async Task Component_without_a_type_is_refused() =>
        Assert.Equal(
            1,
            (
                await TestedSidecar.RefusedAsync(
                    new SidecarOptions
                    {
                        Resources = ["apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: x }\nspec: { version: v1 }"],
                    }
                )
            ).ExitCode
        );

    [SkippableFact]
    public async Task Strict_refuses_ignored_documents_with_file_and_line()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd has no flag --strict");
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions
            {
                Flags = ["--strict"],
                Resources = [Yaml.Component("x", "state.in-memory", ("misspelt", "1")), "kind: Compnent\nmetadata: { name: y }"],
            }
        );
        Assert.Equal(1, code);
        Assert.Contains("0.yaml:8: state.in-memory has no metadata 'misspelt'", output, StringComparison.Ordinal);
        Assert.Contains("1.yaml:1: 'Compnent' is not a kind of resource", output, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> LoadedAsync(TestedSidecar sidecar) =>
        (await sidecar.Grpc.GetMetadataAsync(new Dapr.Client.Autogen.Grpc.v1.GetMetadataRequest())).RegisteredComponents.Select(component =>
            component.Name
        );

    private static string Named(string name, string? space) =>
        $"""
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
