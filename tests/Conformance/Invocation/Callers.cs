using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Invocation;

/// <summary>
/// Three sidecar processes that find each other: <c>alpha</c> (HTTP app), <c>beta</c> (HTTP app with access control), <c>gamma</c> (gRPC
/// app).
/// </summary>
public sealed class Callers : IAsyncLifetime
{
    public HttpApp AlphaApp { get; private set; } = null!;

    public HttpApp BetaApp { get; private set; } = null!;

    public GrpcApp GammaApp { get; private set; } = null!;

    public TestedSidecar Alpha { get; private set; } = null!;

    public TestedSidecar Beta { get; private set; } = null!;

    public TestedSidecar Gamma { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        (AlphaApp, BetaApp, GammaApp) = (await HttpApp.StartAsync(), await HttpApp.StartAsync(), await GrpcApp.StartAsync());
        var run = Guid.NewGuid().ToString("N")[..6];
        var started = await Task.WhenAll(
            TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = $"alpha-{run}",
                    AppPort = AlphaApp.PortNumber,
                    Resources =
                    [
                        "apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata: { name: outside }\nspec: { baseUrl: "
                            + $"\"http://127.0.0.1:{BetaApp.PortNumber}\", headers: [ {{ name: x-key, value: secret }} ] }}",
                    ],
                }
            ),
            TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = $"beta-{run}",
                    AppPort = BetaApp.PortNumber,
                    Configuration = Yaml.Configuration(
                        $$"""
                        tracing: { samplingRate: "1" }
                        accessControl:
                          defaultAction: allow
                          trustDomain: public
                          policies:
                          - appId: alpha-{{run}}
                            defaultAction: allow
                            namespace: default
                            trustDomain: public
                            operations:
                            - { name: /admin/**, httpVerb: ["*"], action: deny }
                            - { name: /reports/*, httpVerb: [POST], action: deny }
                        """
                    ),
                }
            ),
            TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = $"gamma-{run}",
                    AppPort = GammaApp.PortNumber,
                    AppProtocol = "grpc",
                }
            )
        );
        (Alpha, Beta, Gamma) = (started[0], started[1], started[2]);
    }

    public async Task DisposeAsync()
    {
        foreach (var sidecar in (TestedSidecar[])[Alpha, Beta, Gamma])
        {
            await sidecar.DisposeAsync();
        }
        await AlphaApp.DisposeAsync();
        await BetaApp.DisposeAsync();
        await GammaApp.DisposeAsync();
    }
}
