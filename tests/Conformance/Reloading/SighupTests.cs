using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Reloading;

/// <summary>SIGHUP: resources and configuration are read again, ports and app stay.</summary>
public sealed class SighupTests
{
    [SkippableFact]
    public async Task After_a_SIGHUP_the_current_resources_and_configuration_apply()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no SIGHUP");
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("store", "state.in-memory"), Endpoint("one")],
                Configuration = Yaml.Configuration("tracing: { samplingRate: \"0\" }"),
            }
        );
        Assert.Equal(["one"], await EndpointsAsync(sidecar));
        await SaidAsync(sidecar, "root:TraceIDRatioBased{0}");

        sidecar.Write(Endpoint("two"), 1);
        sidecar.Write(Yaml.Component("events", "pubsub.in-memory"));
        sidecar.Configure(Yaml.Configuration("tracing: { samplingRate: \"1\" }"));
        await sidecar.SignalAsync("HUP");
        await Eventually.UntilAsync(async () => await EndpointsAsync(sidecar) is ["two"], "the new endpoint is not there");
        await SaidAsync(sidecar, "root:TraceIDRatioBased{1}");
        await Eventually.UntilAsync(
            async () =>
                await AnswerAsync(sidecar, "/v1.0/state/store/k") is (500, var error)
                && error.Contains("ERR_STATE_STORE_NOT_CONFIGURED", StringComparison.Ordinal),
            "the removed store is still there"
        );
        await Eventually.UntilAsync(
            async () => await AnswerAsync(sidecar, $"/v1.0/invoke/{sidecar.AppId}/method/hi") is (200, _),
            "the app is not called any more"
        );

        sidecar.Write(Endpoint("three"), 1);
        await sidecar.SignalAsync("HUP");
        await Eventually.UntilAsync(async () => await EndpointsAsync(sidecar) is ["three"], "the second signal had no effect");
    }

    /// <summary>Status 0 while the sidecar is between two beginnings: the changed files restart it, and so does the signal.</summary>
    private static async Task<(int Status, string Text)> AnswerAsync(TestedSidecar sidecar, string path)
    {
        try
        {
            using var answer = await sidecar.Http.GetAsync(path);
            return ((int)answer.StatusCode, await answer.TextAsync());
        }
        catch (HttpRequestException)
        {
            return (0, "");
        }
    }

    /// <summary>The output of a process arrives some time after it was written.</summary>
    private static Task SaidAsync(TestedSidecar sidecar, string text) =>
        Eventually.UntilAsync(
            () => Task.FromResult(sidecar.Output.Contains(text, StringComparison.Ordinal)),
            $"the sidecar did not say '{text}'"
        );

    private static string Endpoint(string name) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata: {{ name: {name} }}\nspec: {{ baseUrl: \"http://localhost:1234\" }}";

    /// <summary>None while the sidecar is between two beginnings.</summary>
    private static async Task<IReadOnlyList<string>> EndpointsAsync(TestedSidecar sidecar)
    {
        try
        {
            return [.. (await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest())).HttpEndpoints.Select(endpoint => endpoint.Name)];
        }
        catch (Grpc.Core.RpcException e)
            when (e.StatusCode is Grpc.Core.StatusCode.Unavailable or Grpc.Core.StatusCode.Cancelled or Grpc.Core.StatusCode.Internal)
        {
            return [];
        }
    }
}
