using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.State;

/// <summary>The abilities of state stores that metadata report.</summary>
public sealed class CapabilityTests
{
    [Theory]
    [InlineData("state.in-memory", "ETAG TRANSACTIONAL TTL DELETE_WITH_PREFIX KEYS_LIKE ACTOR")]
    [InlineData("state.sqlite", "ETAG TRANSACTIONAL TTL KEYS_LIKE ACTOR")]
    public async Task Metadata_report_a_stores_capabilities(string type, string capabilities)
    {
        var store = Yaml.Component("store", type, ("connectionString", "{scratch}/capabilities.db"));
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [store] });
        var component = Assert.Single((await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest())).RegisteredComponents);
        Assert.Equal(capabilities, string.Join(' ', component.Capabilities));
    }
}
