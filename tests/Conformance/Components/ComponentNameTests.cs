using Conformance.Apps;
using Conformance.Running;
using Google.Protobuf;

namespace Conformance.Components;

/// <summary>A component may be called anything but for a slash and a percent sign: its name is a key, over either protocol.</summary>
public sealed class ComponentNameTests
{
    private static readonly string[] Names =
    [
        "UPPER.lower-1_2",
        "two words",
        "日本語",
        "it's",
        "semi;colon",
        "#hash",
        "a+b",
        "q?x=1",
        "tab\tbed",
        "[brackets]",
        "back\\slash",
        "-dash",
        "~",
        "true",
        "1234",
    ];

    [Fact]
    public async Task Stores_of_any_name_are_written_and_read()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [.. Names.Select(name => Component(name, "state.in-memory"))] }
        );
        foreach (var name in Names)
        {
            await sidecar.Grpc.SaveStateAsync(
                new()
                {
                    StoreName = name,
                    States =
                    {
                        new Dapr.Client.Autogen.Grpc.v1.StateItem
                        {
                            Key = "k",
                            Value = ByteString.CopyFromUtf8($"\"{Array.IndexOf(Names, name)}\""),
                        },
                    },
                }
            );
            await sidecar
                .Http.GetAsync($"/v1.0/state/{Uri.EscapeDataString(name)}/k")
                .SucceedsAsync(200, $"\"{Array.IndexOf(Names, name)}\"");
        }
    }

    [Fact]
    public async Task Brokers_of_any_name_deliver()
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            System.Text.Json.JsonSerializer.Serialize(
                Names.Select(name => new
                {
                    pubsubname = name,
                    topic = "t",
                    route = "/t",
                })
            )
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [.. Names.Select(name => Component(name, "pubsub.in-memory"))] }
        );
        foreach (var name in Names)
        {
            await sidecar.Http.SendAsync("POST", $"/v1.0/publish/{Uri.EscapeDataString(name)}/t", "{}").SucceedsAsync();
            Assert.Equal(name, (await app.NextAsync("/t")).Json.GetProperty("pubsubname").GetString());
        }
    }

    private static string Component(string name, string type) => Yaml.Component(System.Text.Json.JsonSerializer.Serialize(name), type);
}
