using Conformance.Apps;
using Conformance.Running;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf;

namespace Conformance.Bindings;

/// <summary>The answers of an app to the events of an input binding.</summary>
public sealed class InputBindingTests
{
    [Theory]
    [InlineData(204, "", 3)]
    [InlineData(404, "", 3)]
    [InlineData(503, "matching: { httpStatusCodes: 502-504 }", 3)]
    [InlineData(500, "matching: { httpStatusCodes: 502-504 }", 1)]
    [InlineData(204, "matching: { httpStatusCodes: 502-504 }", 1)]
    [InlineData(200, "", 1)]
    public async Task An_event_is_sent_again_under_a_policy_after_any_status_but_200(int status, string matching, int attempts)
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/tick", (received, context) =>
        {
            context.Response.StatusCode = received.Method == "OPTIONS" ? 200 : status;
            return Task.CompletedTask;
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("tick", "bindings.cron", ("schedule", "@every 1s")),
                    $$"""
                    apiVersion: dapr.io/v1alpha1
                    kind: Resiliency
                    metadata: { name: guards }
                    spec:
                      policies:
                        retries:
                          twice: { policy: constant, duration: 1ms, maxRetries: 2, {{matching}} }
                      targets:
                        components:
                          tick: { inbound: { retry: twice } }
                    """,
                ],
            }
        );
        await app.NextAsync("/tick"); // OPTIONS
        var sent = new List<string?>();
        for (var next = Time(await app.NextAsync("/tick")); sent.Count == 0 || next == sent[0]; next = Time(await app.NextAsync("/tick")))
        {
            sent.Add(next);
        }
        Assert.Equal(attempts, sent.Count);
    }

    [Theory]
    [InlineData("""{ "b": 1.0, "a": "<" }""", """{"a":"\u003c","b":1}""")]
    [InlineData("[1] and more", "null")]
    [InlineData("text", "null")]
    [InlineData("", "null")]
    public async Task Data_of_a_gRPC_app_for_an_output_binding_is_sent_as_JSON(string data, string sent)
    {
        await using var target = await HttpApp.StartAsync();
        await using var app = await GrpcApp.StartAsync(state =>
        {
            state.Bindings.Bindings.Add("tick");
            state.OnBinding = _ => new BindingEventResponse { Data = ByteString.CopyFromUtf8(data), To = { "out" } };
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Resources =
                [
                    Yaml.Component("tick", "bindings.cron", ("schedule", "@every 1s")),
                    Yaml.Component("out", "bindings.http", ("url", $"http://127.0.0.1:{target.PortNumber}/out")),
                ],
            }
        );
        Assert.Equal(sent, (await target.NextAsync("/out")).Text);
    }

    private static string? Time(Received received) => received.Header("readTimeUTC");
}
