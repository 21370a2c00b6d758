using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Components;

/// <summary>
/// The values of metadata: from a secret store, from the environment, with placeholders. The prefix of a secret store shows them, because
/// the name of a variable begins with it.
/// </summary>
public sealed class MetadataValueTests(MetadataValueTests.SidecarWithVaults shared) : IClassFixture<MetadataValueTests.SidecarWithVaults>
{
    private static readonly (string Item, string Secret)[] References =
    [
        ("secretKeyRef: { name: PREFIX, key: PREFIX }", "one"),
        ("secretKeyRef: { name: PREFIX }", "one"),
        ("value: Y_, secretKeyRef: { name: PREFIX }", "one"),
        ("value: Y_, secretKeyRef: { name: PREFIX, key: other }", "two"),
        ("value: Y_, secretKeyRef: { name: NOT_SET }", "two"),
        ("envRef: PREFIX", "one"),
        ("value: Y_, envRef: PREFIX", "two"),
        ("envRef: DAPR_PREFIX", "none"),
        ("envRef: \"PRE FIX\"", "none"),
    ];

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var (item, secret) in References)
            {
                all.Add(item, secret);
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public Task A_value_comes_from_its_reference_or_stays_as_it_is_written(string item, string secret) =>
        ContainsAsync(NameOf(item), secret);

    [Fact]
    public Task A_component_that_names_no_secret_store_opens_with_what_is_written() => ContainsAsync("vault-alone", "two");

    [Fact]
    public Task A_namespace_is_followed_by_the_app_id() => ContainsAsync("vault-spaced", "found");

    [Fact]
    public async Task A_component_whose_secret_store_is_missing_is_left_out()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Vault("vault", "secretKeyRef: { name: PREFIX }", "nowhere"), Yaml.Component("good", "state.in-memory")],
            }
        );
        var metadata = await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest());
        Assert.Equal(["good"], metadata.RegisteredComponents.Select(component => component.Name));
        Assert.Contains("nowhere", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_a_name_ends_the_start()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Resources = [Yaml.Component("vault", "secretstores.local.env", ("prefix", "{podName}"))] }
        );
        Assert.Equal(1, code);
        Assert.Contains("refers to {podName}", output, StringComparison.Ordinal);
    }

    private Task ContainsAsync(string vault, string secret) =>
        shared.Sidecar.Http.GetAsync($"/v1.0/secrets/{vault}/KEY").SucceedsAsync(200, $$"""{"KEY":"{{secret}}"}""" + "\n");

    /// <summary>The name of the vault whose prefix is this item.</summary>
    private static string NameOf(string item) => $"vault-{Array.FindIndex(References, reference => reference.Item == item)}";

    private static string Vault(string name, string prefix, string? store) =>
        $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: {{name}} }
            spec:
              type: secretstores.local.env
              version: v1
              metadata: [{ name: prefix, {{prefix}} }]
            {{(store is null ? "" : $"auth: {{ secretStore: {store} }}")}}
            """;

    /// <summary>A sidecar with variables, which need a process, and a vault for each way to write a prefix.</summary>
    public sealed class SidecarWithVaults : IAsyncLifetime
    {
        private readonly string appId = $"spaced-{Guid.NewGuid().ToString("N")[..8]}";
        private TestedSidecar? sidecar;

        public TestedSidecar Sidecar => sidecar!;

        public async Task InitializeAsync() =>
            sidecar = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = appId,
                    Resources =
                    [
                        .. References.Select(reference => Vault(NameOf(reference.Item), reference.Item, "source")),
                        Vault("vault-alone", "value: Y_, secretKeyRef: { name: PREFIX }", null),
                        Yaml.Component("vault-spaced", "secretstores.local.env", ("prefix", "{namespace}_{appID}_")),
                        Yaml.Component("source", "secretstores.local.env"),
                    ],
                    Environment = new Dictionary<string, string>
                    {
                        ["PREFIX"] = "X_",
                        ["DAPR_PREFIX"] = "X_",
                        ["KEY"] = "none",
                        ["X_KEY"] = "one",
                        ["Y_KEY"] = "two",
                        [$"default.{appId}_{appId}_KEY"] = "found",
                    },
                }
            );

        public async Task DisposeAsync()
        {
            if (sidecar is not null)
            {
                await sidecar.DisposeAsync();
            }
        }
    }
}
