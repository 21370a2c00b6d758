using Conformance.Running;
using Grpc.Core;

namespace Conformance.State;

public sealed class StoreSharingTests
{
    [Fact]
    public async Task Without_any_store_the_API_says_that_none_is_configured()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new SidecarOptions());
        var error = await sidecar.Http.GetAsync("/v1.0/state/store/k").FailsAsync(500, "ERR_STATE_STORE_NOT_CONFIGURED", "state store store is not configured");
        Assert.Equal("DAPR_STATE_NOT_CONFIGURED", error.Reason());
        await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "k" }).FailsAsync(StatusCode.FailedPrecondition, "state store store is not configured");
        var pubsub = await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic", "{}").FailsAsync(404, "ERR_PUBSUB_NOT_FOUND", "pubsub events is not found");
        Assert.Equal("DAPR_PUBSUB_NOT_FOUND", pubsub.Reason());
        await sidecar.Http.GetAsync("/v1.0/secrets/store/name").FailsAsync(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
    }

    [Theory]
    [InlineData("name", true)]
    [InlineData("appid", false)]
    [InlineData("none", true)]
    [InlineData("shared", true)]
    public async Task Whether_apps_share_keys_follows_from_the_key_prefix(string keyPrefix, bool shared)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("conformance-shared-").FullName, "state.db");
        var component = Yaml.Component("store", "state.sqlite", ("connectionString", file), ("keyPrefix", keyPrefix));
        await using (var one = await SidecarProcess.StartAsync(new SidecarOptions { AppId = "one", Resources = [component] }))
        {
            await one.Client.SaveStateAsync("store", "k", 1);
        }
        await using var other = await SidecarProcess.StartAsync(new SidecarOptions { AppId = "other", Resources = [component] });
        Assert.Equal(shared ? 1 : 0, await other.Client.GetStateAsync<int>("store", "k"));
    }
}
