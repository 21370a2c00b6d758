using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.Actors;

/// <summary>The wire between sidecar and app: what an app that hosts actors gets and says.</summary>
public sealed class ActorTests : IAsyncLifetime
{
    private const string Config = """{"entities":["Counter"],"actorIdleTimeout":"60m"}""";

    private static readonly string Store = Yaml.Component("actors", "state.sqlite", ("connectionString", "{scratch}/actors.db"), ("actorStateStore", "true"));

    private HttpApp app = null!;
    private SidecarProcess sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, Config);
        sidecar = await SidecarProcess.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] });
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_method_arrives_as_PUT_and_its_answer_goes_back()
    {
        app.Answers("/actors/Counter/a/method/add", 200, """{"sum":3}""");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/add", "3").SucceedsAsync(200, """{"sum":3}""");
        var received = await app.NextAsync("/actors/Counter/a/method/add");
        Assert.Equal(("PUT", "3"), (received.Method, received.Text));
        var answer = await sidecar.Grpc.InvokeActorAsync(new() { ActorType = "Counter", ActorId = "a", Method = "add", Data = Google.Protobuf.ByteString.CopyFromUtf8("4") });
        Assert.Equal("""{"sum":3}""", answer.Data.ToStringUtf8());
    }

    [Fact]
    public async Task An_app_that_fails_and_an_unknown_type_are_errors_of_the_invocation()
    {
        app.Answers("/actors/Counter/a/method/bad", 404, "no");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/bad", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Nobody/a/method/m", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
        await sidecar.Grpc.InvokeActorAsync(new() { ActorType = "Nobody", ActorId = "a", Method = "m" }).FailsAsync(StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task Calls_of_one_actor_take_turns_and_those_of_others_do_not_wait()
    {
        var enter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Answers("/actors/Counter/a/method/slow", (_, _) => enter.Task);
        var first = sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/slow", "");
        await app.NextAsync("/actors/Counter/a/method/slow");
        var second = sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/fast", "");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/b/method/fast", "").SucceedsAsync(200);
        Assert.True(app.GotNothingMore("/actors/Counter/a/method/fast"));
        enter.SetResult();
        await first.SucceedsAsync(200);
        await second.SucceedsAsync(200);
        await app.NextAsync("/actors/Counter/a/method/fast");
    }

    [Fact]
    public async Task State_is_written_by_active_actors_only_and_all_or_nothing()
    {
        const string write = """[{"operation":"upsert","request":{"key":"n","value":{"x":1}}},{"operation":"upsert","request":{"key":"gone","value":2}},{"operation":"delete","request":{"key":"gone"}}]""";
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/state/n").SucceedsAsync();
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/state", write).FailsAsync(400, "ERR_ACTOR_INSTANCE_MISSING");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/wake", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/state", write).SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/state/n").SucceedsAsync(200, """{"x":1}""");
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/state/gone").SucceedsAsync();
        var state = await sidecar.Grpc.GetActorStateAsync(new() { ActorType = "Counter", ActorId = "a", Key = "n" });
        Assert.Equal("""{"x":1}""", state.Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_reminder_fires_with_its_data_and_is_gone_when_it_does_not_recur()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/once", """{"dueTime":"0s","data":{"n":1}}""").SucceedsAsync();
        var fired = await app.NextAsync("/actors/Counter/a/method/remind/once");
        Assert.Equal(("PUT", """{"data":{"n":1},"dueTime":"","period":""}"""), (fired.Method, fired.Text));
        await Patience.UntilAsync(async () => (int)(await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/once")).StatusCode == 404, "the reminder that has fired is still there");
    }

    [Fact]
    public async Task A_reminder_can_be_read_and_deleted_and_a_wrong_one_is_refused()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/later", """{"dueTime":"1h","period":"R3/PT10S","data":"x"}""").SucceedsAsync();
        var reminder = await (await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/later")).JsonAsync();
        Assert.Equal(("a", "Counter", "1h", "@every 10s", "x"), (Text(reminder, "actorID"), Text(reminder, "actorType"), Text(reminder, "dueTime"), Text(reminder, "period"), Text(reminder, "data")));
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/a/reminders/later").SucceedsAsync();
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/a/reminders/later").SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/later").FailsAsync(404, "ERR_ACTOR_REMINDER_NOT_FOUND");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/bad", """{"dueTime":"soon"}""").FailsAsync(500, "ERR_ACTOR_REMINDER_CREATE");
    }

    [Fact]
    public async Task A_reminder_with_repetitions_fires_as_often()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/thrice", """{"dueTime":"0s","period":"R3/PT0.1S"}""").SucceedsAsync();
        for (var i = 0; i < 3; i++)
        {
            await app.NextAsync("/actors/Counter/a/method/remind/thrice");
        }
        await Patience.UntilAsync(async () => (int)(await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/thrice")).StatusCode == 404, "the reminder did not end after three times");
        Assert.True(app.GotNothingMore("/actors/Counter/a/method/remind/thrice"));
    }

    [Fact]
    public async Task A_timer_calls_back_until_it_is_deleted()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/wake", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/timers/tick", """{"dueTime":"0s","period":"50ms","callback":"onTick","data":7}""").SucceedsAsync();
        var ticked = await app.NextAsync("/actors/Counter/a/method/timer/tick");
        using var body = JsonDocument.Parse(ticked.Text);
        Assert.Equal(("onTick", 7, "50ms"), (Text(body.RootElement, "callback"), body.RootElement.GetProperty("data").GetInt32(), Text(body.RootElement, "period")));
        await app.NextAsync("/actors/Counter/a/method/timer/tick");
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/a/timers/tick").SucceedsAsync();
    }

    [Fact]
    public async Task An_idle_actor_is_deactivated()
    {
        await using var lazy = await HttpApp.StartAsync();
        lazy.Answers("/dapr/config", 200, """{"entities":["Lazy"],"actorIdleTimeout":"100ms"}""");
        await using var own = await SidecarProcess.StartAsync(new SidecarOptions { AppPort = lazy.PortNumber, Resources = [Store] });
        await own.Http.SendAsync("POST", "/v1.0/actors/Lazy/a/method/wake", "").SucceedsAsync(200);
        var deactivated = await lazy.NextAsync("/actors/Lazy/a");
        Assert.Equal("DELETE", deactivated.Method);
    }

    [Fact]
    public async Task With_reentrancy_a_call_of_the_same_chain_comes_in_up_to_a_depth()
    {
        await using var deep = await HttpApp.StartAsync();
        deep.Answers("/dapr/config", 200, """{"entities":["Deep"],"reentrancy":{"enabled":true,"maxStackDepth":2}}""");
        SidecarProcess? own = null;
        var inner = 0;
        var third = "";
        deep.Answers("/actors/Deep/a/method/outer", async (received, context) =>
        {
            using var answer = await own!.Http.SendAsync("POST", "/v1.0/actors/Deep/a/method/inner", "", headers: ("Dapr-Reentrancy-Id", received.Headers["Dapr-Reentrancy-Id"]));
            inner = (int)answer.StatusCode;
            await context.Response.WriteAsync("done");
        });
        deep.Answers("/actors/Deep/a/method/inner", async (received, _) =>
        {
            using var answer = await own!.Http.SendAsync("POST", "/v1.0/actors/Deep/a/method/third", "", headers: ("Dapr-Reentrancy-Id", received.Headers["Dapr-Reentrancy-Id"]));
            third = await answer.TextAsync();
        });
        await using (own = await SidecarProcess.StartAsync(new SidecarOptions { AppPort = deep.PortNumber, Resources = [Store] }))
        {
            await own.Http.SendAsync("POST", "/v1.0/actors/Deep/a/method/outer", "").SucceedsAsync(200, "done");
            Assert.Equal(200, inner);
            Assert.Contains("ERR_ACTOR_STACK_DEPTH", third, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reminder_survives_its_sidecar_and_fires_once_for_what_it_missed()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-reminder-").FullName;
        var store = Yaml.Component("actors", "state.sqlite", ("connectionString", $"{folder}/actors.db"), ("actorStateStore", "true"));
        await using (var before = await SidecarProcess.StartAsync(new SidecarOptions { AppId = "reminded", AppPort = app.PortNumber, Resources = [store] }))
        {
            await before.Http.SendAsync("POST", "/v1.0/actors/Counter/z/reminders/missed", """{"dueTime":"1s"}""").SucceedsAsync();
        }
        await using (await SidecarProcess.StartAsync(new SidecarOptions { AppId = "reminded", AppPort = app.PortNumber, Resources = [store] }))
        {
            await app.NextAsync("/actors/Counter/z/method/remind/missed");
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Metadata_counts_the_active_actors()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/wake", "").SucceedsAsync(200);
        var metadata = await (await sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync();
        var counted = metadata.GetProperty("actorRuntime").GetProperty("activeActors")[0];
        Assert.Equal(("Counter", 1), (Text(counted, "type"), counted.GetProperty("count").GetInt32()));
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
