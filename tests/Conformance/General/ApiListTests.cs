using Conformance.Running;
using Grpc.Core;

namespace Conformance.General;

/// <summary>Parts of the API that a Configuration switches off (<c>spec.api</c>).</summary>
public sealed class ApiListTests
{
    [Fact]
    public async Task A_denied_API_is_missing_over_its_protocol_only()
    {
        await using var sidecar = await StartAsync(
            "denied: [ { name: state, version: v1.0, protocol: http }, { name: metadata, version: v1, protocol: grpc } ]"
        );
        await sidecar.Http.GetAsync("/v1.0/state/store/key").FailsAsync(404, "ERR_DIRECT_INVOKE");
        await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "key" });
        await sidecar.Grpc.GetMetadataAsync(new()).FailsAsync(StatusCode.Unimplemented);
        await sidecar.Http.GetAsync("/v1.0/metadata").SucceedsAsync(200);
    }

    [Fact]
    public async Task With_an_allow_list_only_its_APIs_and_health_are_available()
    {
        await using var sidecar = await StartAsync(
            "allowed: [ { name: state, version: v1, protocol: http }, { name: state, version: v1, protocol: grpc } ]"
        );
        await sidecar.Http.GetAsync("/v1.0/state/store/key").SucceedsAsync();
        await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "key" });
        await sidecar.Http.GetAsync("/v1.0/healthz").SucceedsAsync();
        using var metadata = await sidecar.Http.GetAsync("/v1.0/metadata");
        Assert.Equal(404, (int)metadata.StatusCode);
        await sidecar.Grpc.PublishEventAsync(new() { PubsubName = "events", Topic = "topic" }).FailsAsync(StatusCode.Unimplemented);
    }

    private static Task<TestedSidecar> StartAsync(string lists) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Yaml.Component("store", "state.in-memory"), Yaml.Component("events", "pubsub.in-memory")],
                Configuration = Yaml.Configuration($"api: {{ {lists} }}"),
            }
        );
}
