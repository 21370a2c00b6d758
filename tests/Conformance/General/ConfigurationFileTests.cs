using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.General;

/// <summary>Tests of reading a Configuration file: references to the environment, its documents, and fields that are not written.</summary>
public sealed class ConfigurationFileTests
{
    [Fact]
    public async Task References_to_environment_variables_are_replaced()
    {
        var appId = $"referring-{Guid.NewGuid().ToString("N")[..8]}";
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = appId,
                Resources =
                [
                    Yaml.Component("closed", "secretstores.local.env"),
                    Yaml.Component(appId, "secretstores.local.env"),
                    Yaml.Component("open", "secretstores.local.env"),
                ],
                Configuration = Yaml.Configuration(
                    """
                    secrets:
                      scopes:
                      - { storeName: $STORE, defaultAccess: deny }
                      - { storeName: "${APP_ID}", defaultAccess: deny }
                      - { storeName: "open${NOT_SET}", deniedSecrets: [DENIED] }
                    """
                ),
                Environment = new Dictionary<string, string>
                {
                    ["STORE"] = "closed",
                    ["GIVEN"] = "1",
                    ["DENIED"] = "2",
                },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/secrets/closed/GIVEN").FailsAsync(403, "ERR_PERMISSION_DENIED");
        await sidecar.Http.GetAsync($"/v1.0/secrets/{appId}/GIVEN").FailsAsync(403, "ERR_PERMISSION_DENIED");
        await sidecar.Http.GetAsync("/v1.0/secrets/open/DENIED").FailsAsync(403, "ERR_PERMISSION_DENIED");
        await sidecar.Http.GetAsync("/v1.0/secrets/open/GIVEN").SucceedsAsync(200, """{"GIVEN":"1"}""" + "\n");
    }

    [Theory]
    [InlineData("spec: { components: { deny: [state.in-memory] } }", "events,vault")]
    [InlineData("kind: Component\nspec: { components: { deny: [pubsub.in-memory/v1, state.in-memory/v2] } }", "store,vault")]
    [InlineData("spec: { components: { deny: [state.in-memory, a/b/c, \"\"] } }\n---\nspec: { components: { deny: [] } }", "events,vault")]
    public async Task Denied_components_are_left_out_as_the_first_document_says(string configuration, string loaded)
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component("store", "state.in-memory"),
                    Yaml.Component("events", "pubsub.in-memory"),
                    Yaml.Component("vault", "secretstores.local.env"),
                ],
                Configuration = configuration,
            }
        );
        var metadata = await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest());
        var names = metadata.RegisteredComponents.Select(component => component.Name).Order(StringComparer.Ordinal);
        Assert.Equal(loaded, string.Join(',', names));
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("defaultAction: \"\", ", 403)]
    public async Task An_access_list_without_a_default_action_allows_other_callers(string action, int status)
    {
        await using var app = await HttpApp.StartAsync();
        await using var callee = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Configuration = Yaml.Configuration(
                    $"accessControl: {{ {action}policies: [{{ appId: nobody, namespace: default, trustDomain: public }}] }}"
                ),
            }
        );
        await using var caller = await TestedSidecar.StartAsync(new SidecarOptions());
        using var answer = await caller.Http.GetAsync($"/v1.0/invoke/{callee.AppId}/method/hello");
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Buckets_that_are_no_numbers_end_the_start_with_a_reason()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Configuration = Yaml.Configuration("metrics: { latencyDistributionBuckets: [1, a] }") }
        );
        Assert.Equal(1, code);
        Assert.Contains("error loading configuration", output, StringComparison.Ordinal);
    }
}
