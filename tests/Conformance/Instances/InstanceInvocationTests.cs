using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Instances;

/// <summary>Several sidecars of one app id: calls are spread over those that live.</summary>
public sealed class InstanceInvocationTests : IAsyncLifetime
{
    private const string Callee = "spread";

    private HttpApp one = null!;
    private HttpApp other = null!;

    public async Task InitializeAsync()
    {
        (one, other) = (await HttpApp.StartAsync(), await HttpApp.StartAsync());
        one.Answers("/who", 200, "one");
        other.Answers("/who", 200, "other");
    }

    public async Task DisposeAsync()
    {
        await one.DisposeAsync();
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Calls_reach_every_instance_and_only_the_living_when_one_is_killed()
    {
        await using var caller = await SidecarProcess.StartAsync(new SidecarOptions());
        await using var left = await StartAsync(one);
        var killed = await StartAsync(other);
        await Patience.UntilAsync(async () => (await AskAsync(caller, 10)).Distinct().Count() == 2, "the caller has not found both instances");

        Assert.Equal([5, 5], (await AskAsync(caller, 10)).GroupBy(name => name).Select(group => group.Count()));

        await killed.DisposeAsync();
        Assert.All(await AskAsync(caller, 10), name => Assert.Equal("one", name));
        for (var i = 0; i < 4; i++)
        {
            var answer = await caller.Grpc.InvokeServiceAsync(new() { Id = Callee, Message = new InvokeRequest { Method = "who", HttpExtension = new() { Verb = HTTPExtension.Types.Verb.Get } } });
            Assert.Equal("one", answer.Data.Value.ToStringUtf8());
        }
    }

    [Fact]
    public async Task A_call_with_a_body_goes_to_the_next_instance_when_the_first_has_just_died()
    {
        await using var caller = await SidecarProcess.StartAsync(new SidecarOptions());
        await using var left = await StartAsync(one);
        one.Answers("/echo", (got, context) => context.Response.Body.WriteAsync(got.Body).AsTask());
        for (var round = 0; round < 2; round++)
        {
            var killed = await StartAsync(other);
            await Patience.UntilAsync(async () => (await AskAsync(caller, 4)).Contains("other"), "the caller has not found the second instance");
            await killed.DisposeAsync();
            foreach (var body in (string[])["first", "second"])
            {
                await caller.Http.SendAsync("POST", $"/v1.0/invoke/{Callee}/method/echo", body).SucceedsAsync(200, body);
            }
        }
    }

    [Fact]
    public async Task An_app_that_calls_itself_reaches_the_instance_that_called()
    {
        await using var mine = await StartAsync(one);
        await using var twin = await StartAsync(other);
        Assert.All(await AskAsync(mine, 4), name => Assert.Equal("one", name));
        Assert.All(await AskAsync(twin, 4), name => Assert.Equal("other", name));
    }

    private static Task<SidecarProcess> StartAsync(HttpApp app) => SidecarProcess.StartAsync(new SidecarOptions { AppId = Callee, AppPort = app.PortNumber });

    private static async Task<List<string>> AskAsync(SidecarProcess caller, int times)
    {
        var names = new List<string>();
        for (var i = 0; i < times; i++)
        {
            using var answer = await caller.Http.GetAsync($"/v1.0/invoke/{Callee}/method/who");
            Assert.Equal(200, (int)answer.StatusCode);
            names.Add(await answer.TextAsync());
        }
        return names;
    }
}
