using System.Text;
using Conformance.Apps;
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

    [Fact]
    public async Task A_rule_that_names_no_API_of_gRPC_restricts_nothing()
    {
        await using var sidecar = await StartAsync("allowed: [ { name: state, version: v1.0, protocol: grpc } ]");
        await sidecar.Grpc.GetStateAsync(new() { StoreName = "store", Key = "key" });
        await sidecar.Grpc.GetMetadataAsync(new());
    }

    [Fact]
    public async Task Denied_invocation_is_missing_however_the_app_is_named()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await StartAsync("denied: [ { name: invoke, version: v1.0, protocol: http } ]", app.PortNumber);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"dapr-app-id:{sidecar.AppId}"));
        Task<HttpResponseMessage>[] calls =
        [
            sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/secret"),
            sidecar.Http.SendAsync("GET", "/secret", null, null, ("dapr-app-id", sidecar.AppId)),
            sidecar.Http.SendAsync("GET", "/secret", null, null, ("Authorization", $"Basic {basic}")),
        ];
        foreach (var call in calls)
        {
            using var answer = await call;
            Assert.Equal(
                (404, "404 page not found\n", "nosniff"),
                ((int)answer.StatusCode, await answer.TextAsync(), answer.Headers.GetValues("X-Content-Type-Options").Single())
            );
        }
        using var verb = await sidecar.Http.SendAsync("DELETE", "/v1.0/metadata", null, null, ("dapr-app-id", sidecar.AppId));
        Assert.Equal((405, ""), ((int)verb.StatusCode, await verb.TextAsync()));
        Assert.Equal(["GET"], verb.Content.Headers.Allow);
        Assert.True(app.GotNothingMore("/secret"));
        Assert.True(app.GotNothingMore("/v1.0/metadata"));
    }

    private static Task<TestedSidecar> StartAsync(string lists, int appPort = 0) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = appPort,
                Resources = [Yaml.Component("store", "state.in-memory"), Yaml.Component("events", "pubsub.in-memory")],
                Configuration = Yaml.Configuration($"api: {{ {lists} }}"),
            }
        );
}
