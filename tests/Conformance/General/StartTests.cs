using Conformance.Apps;
using Conformance.Running;

namespace Conformance.General;

/// <summary>The log of a starting sidecar, which tools wait for, and the start with a slow app.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task The_start_log_names_loaded_components_and_ports()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Yaml.Component("dapr", "state.in-memory", ("actorStateStore", "true"))],
                Configuration = Yaml.Configuration("secrets: { scopes: [{ storeName: vault, defaultAccess: deny }] }"),
            }
        );
        foreach (
            var line in (string[])
                [
                    "Component loaded: dapr (state.in-memory/v1)",
                    "Workflow engine started",
                    $"HTTP server is running on port {sidecar.HttpPort}",
                    $"API gRPC server is running on port {sidecar.GrpcPort}",
                    "Secrets configuration added for 'vault', but no matching secret store was found",
                    "dapr initialized. Status: Running. Init Elapsed ",
                ]
        )
        {
            await SaidAsync(sidecar, line);
        }
    }

    [Fact]
    public async Task An_app_id_with_dots_ends_the_start()
    {
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestedSidecar.StartAsync(new SidecarOptions { AppId = "shop.orders" })
        );
        Assert.Contains("has ended with exit code 1", ended.Message, StringComparison.Ordinal);
        Assert.Contains("parameter app-id cannot contain dots", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sidecar_waits_for_its_app_at_the_start()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = Port.Free(), AwaitReady = false });
        await SaidAsync(sidecar, "waiting for application to listen on port");
        await SaidAsync(sidecar, "This will block until the app is listening on that port.");
    }

    [Fact]
    public async Task A_component_for_workflows_is_refused()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(new SidecarOptions { Resources = [Yaml.Component("mine", "workflow.dapr")] });
        Assert.Equal(1, code);
        Assert.Contains("process component mine error: incorrect type workflow.dapr", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_app_that_does_not_answer_about_a_binding_gets_no_events_of_it()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd starts none of the input bindings that come after such a one, in any order");
        await using var app = await HttpApp.StartAsync();
        var never = new TaskCompletionSource();
        app.Answers("/slow", (_, context) => never.Task.WaitAsync(context.RequestAborted));
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("slow", "bindings.cron", ("schedule", "@every 100ms")),
                    Yaml.Component("tick", "bindings.cron", ("schedule", "@every 100ms")),
                ],
                Flags = ["--app-binding-options-timeout=3s"],
            }
        );
        Assert.Equal("OPTIONS", (await app.NextAsync("/slow")).Method);
        Assert.Equal("OPTIONS", (await app.NextAsync("/tick")).Method);
        Assert.Equal("POST", (await app.NextAsync("/tick")).Method);
        Assert.Equal("POST", (await app.NextAsync("/tick")).Method);
        Assert.True(app.GotNothingMore("/slow"));
    }

    private static Task SaidAsync(TestedSidecar sidecar, string line) =>
        Eventually.UntilAsync(
            () => Task.FromResult(sidecar.Output.Contains(line, StringComparison.Ordinal)),
            $"the sidecar did not say '{line}'"
        );
}
