using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Components;

/// <summary>
/// The values of metadata: from a secret store, from the environment, with placeholders. The prefix of a secret store shows them, because
/// the name of a variable begins with it.
/// </summary>
public sealed class MetadataValueTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["PREFIX"] = "X_",
        ["DAPR_PREFIX"] = "X_",
        ["KEY"] = "none",
        ["X_KEY"] = "one",
        ["Y_KEY"] = "two",
    };

    [Theory]
    [InlineData("secretKeyRef: { name: PREFIX, key: PREFIX }", "one")]
    [InlineData("secretKeyRef: { name: PREFIX }", "one")]
    [InlineData("value: Y_, secretKeyRef: { name: PREFIX }", "one")]
    [InlineData("value: Y_, secretKeyRef: { name: PREFIX, key: other }", "two")]
    [InlineData("value: Y_, secretKeyRef: { name: NOT_SET }", "two")]
    [InlineData("envRef: PREFIX", "one")]
    [InlineData("value: Y_, envRef: PREFIX", "two")]
    [InlineData("envRef: DAPR_PREFIX", "none")]
    [InlineData("envRef: \"PRE FIX\"", "none")]
    public async Task A_value_comes_from_its_reference_or_stays_as_it_is_written(string item, string secret)
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Vault(item, "source"), Yaml.Component("source", "secretstores.local.env")],
                Environment = Variables,
            }
        );
        await sidecar.Http.GetAsync("/v1.0/secrets/vault/KEY").SucceedsAsync(200, $$"""{"KEY":"{{secret}}"}""" + "\n");
    }

    [Fact]
    public async Task A_component_that_names_no_secret_store_opens_with_what_is_written()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Vault("value: Y_, secretKeyRef: { name: PREFIX }", null)], Environment = Variables }
        );
        await sidecar.Http.GetAsync("/v1.0/secrets/vault/KEY").SucceedsAsync(200, """{"KEY":"two"}""" + "\n");
    }

    [Fact]
    public async Task A_component_whose_secret_store_is_missing_is_left_out()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Vault("secretKeyRef: { name: PREFIX }", "nowhere"), Yaml.Component("good", "state.in-memory")],
            }
        );
        var metadata = await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest());
        Assert.Equal(["good"], metadata.RegisteredComponents.Select(component => component.Name));
        Assert.Contains("nowhere", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_is_followed_by_the_app_id()
    {
        var appId = $"spaced-{Guid.NewGuid().ToString("N")[..8]}";
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = appId,
                Resources = [Yaml.Component("vault", "secretstores.local.env", ("prefix", "{namespace}_{appID}_"))],
                Environment = new Dictionary<string, string> { [$"default.{appId}_{appId}_KEY"] = "found" },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/secrets/vault/KEY").SucceedsAsync(200, """{"KEY":"found"}""" + "\n");
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

    private static string Vault(string prefix, string? store) =>
        $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: vault }
            spec:
              type: secretstores.local.env
              version: v1
              metadata: [{ name: prefix, {{prefix}} }]
            {{(store is null ? "" : $"auth: {{ secretStore: {store} }}")}}
            """;
}
