using Conformance.Running;
using Grpc.Core;

namespace Conformance.State;

public sealed class StoreSharingTests
{
    [Fact]
    public async Task Without_a_state_store_the_API_answers_that_none_is_configured()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions());
        var error = await sidecar
            .Http.GetAsync("/v1.0/state/store/k")
            .FailsAsync(500, "ERR_STATE_STORE_NOT_CONFIGURED", "state store store is not configured");
        Assert.Equal("DAPR_STATE_NOT_CONFIGURED", error.Reason());
        await sidecar
            .Grpc.GetStateAsync(new() { StoreName = "store", Key = "k" })
            .FailsAsync(StatusCode.FailedPrecondition, "state store store is not configured");
        var pubsub = await sidecar
            .Http.SendAsync("POST", "/v1.0/publish/events/topic", "{}")
            .FailsAsync(404, "ERR_PUBSUB_NOT_FOUND", "pubsub events is not found");
        Assert.Equal("DAPR_PUBSUB_NOT_FOUND", pubsub.Reason());
        await sidecar
            .Http.GetAsync("/v1.0/secrets/store/name")
            .FailsAsync(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
    }

    [Fact]
    public async Task A_key_prefix_with_the_separator_of_keys_is_refused_at_the_start()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Resources = [Yaml.Component("store", "state.in-memory", ("keyPrefix", "a||b"))] }
        );
        Assert.NotEqual(0, code);
        Assert.Contains("input key/keyPrefix 'a||b' can't contain '||'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_prefix_determines_whether_apps_share_keys()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-shared-").FullName;
        string[] prefixes = ["name", "appid", "none", "shared", ""];
        string[] components =
        [
            .. prefixes.Select(prefix =>
                Yaml.Component($"by{prefix}", "state.sqlite", ("connectionString", $"{folder}/{prefix}.db"), ("keyPrefix", prefix))
            ),
        ];
        await using (
            var one = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    OwnProcess = true,
                    AppId = "one",
                    Resources = components,
                }
            )
        )
        {
            foreach (var prefix in prefixes)
            {
                await one.Client.SaveStateAsync($"by{prefix}", "k", 1);
            }
        }
        await using var other = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppId = "other",
                Resources = components,
            }
        );
        foreach (var prefix in prefixes)
        {
            Assert.Equal((prefix, prefix == "appid" ? 0 : 1), (prefix, await other.Client.GetStateAsync<int>($"by{prefix}", "k")));
        }
        Directory.Delete(folder, recursive: true);
    }
}
