using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.Actors;

/// <summary>The protocol between sidecar and app for actors.</summary>
[Collection(HostsOfCounter.Name)]
public sealed class ActorTests : IAsyncLifetime
{
    private const string Config = """{"entities":["Counter"],"actorIdleTimeout":"60m"}""";

    private static readonly string Store = Yaml.Component(
        "actors",
        "state.sqlite",
        ("connectionString", "{scratch}/actors.db"),
        ("actorStateStore", "true")
    );

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, Config);
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [Store, LookupPolicy.Once("Nobody")] }
        );
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task An_actor_method_is_sent_as_PUT_and_its_answer_is_returned()
    {
        app.Answers("/actors/Counter/a/method/add", 200, """{"sum":3}""");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/add", "3").SucceedsAsync(200, """{"sum":3}""");
        var received = await app.NextAsync("/actors/Counter/a/method/add");
        Assert.Equal(("PUT", "3"), (received.Method, received.Text));
        var answer = await sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "a",
                Method = "add",
                Data = Google.Protobuf.ByteString.CopyFromUtf8("4"),
            }
        );
        Assert.Equal("""{"sum":3}""", answer.Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_call_without_a_body_has_the_length_0_and_its_answer_is_json()
    {
        using var answer = await sidecar.Http.SendAsync("PUT", "/v1.0/actors/Counter/a/method/bare");
        Assert.Equal((200, "application/json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var received = await app.NextAsync("/actors/Counter/a/method/bare");
        Assert.Equal(("0", null), (received.Header("Content-Length"), received.Header("Content-Type")));
        Assert.NotNull(received.Header("traceparent"));
    }

    [Fact]
    public async Task State_is_kept_with_the_numbers_of_go()
    {
        const string key = "/v1.0/actors/Counter/numbers";
        await sidecar.Http.SendAsync("PUT", $"{key}/method/wake").SucceedsAsync(200);
        await sidecar
            .Http.SendAsync("POST", $"{key}/state", """[{"operation":"upsert","request":{"key":"k","value":{"b":1.0,"a":[2]}}}]""")
            .SucceedsAsync();
        using var answer = await sidecar.Http.SendAsync("GET", $"{key}/state/k");
        Assert.Equal(("""{"a":[2],"b":1}""", 15L), (await answer.TextAsync(), answer.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_callback_has_no_reentrancy_id()
    {
        await using var deep = await HttpApp.StartAsync();
        deep.Answers("/dapr/config", 200, """{"entities":["Callback"],"reentrancy":{"enabled":true}}""");
        await using var own = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = deep.PortNumber, Resources = [Store] });
        await own.Http.SendAsync("PUT", "/v1.0/actors/Callback/a/method/wake").SucceedsAsync(200);
        Assert.NotNull((await deep.NextAsync("/actors/Callback/a/method/wake")).Header("Dapr-Reentrancy-Id"));
        await own.Http.SendAsync("POST", "/v1.0/actors/Callback/a/reminders/r", """{"dueTime":"0s"}""").SucceedsAsync();
        Assert.Null((await deep.NextAsync("/actors/Callback/a/method/remind/r")).Header("Dapr-Reentrancy-Id"));
    }

    [Fact]
    public async Task A_failing_app_and_an_unknown_actor_type_fail_the_invocation()
    {
        app.Answers("/actors/Counter/a/method/bad", 404, "no");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/bad", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Nobody/a/method/m", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = "Nobody",
                    ActorId = "a",
                    Method = "m",
                }
            )
            .FailsAsync(StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task Calls_of_one_actor_run_in_sequence_and_those_of_other_actors_in_parallel()
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
    public async Task Only_active_actors_write_state_and_a_transaction_applies_all_or_nothing()
    {
        const string write =
            """[{"operation":"upsert","request":{"key":"n","value":{"x":1}}},{"operation":"upsert","request":{"key":"gone","value":2}},{"operation":"delete","request":{"key":"gone"}}]""";
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/state/n").SucceedsAsync();
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/state", write).FailsAsync(400, "ERR_ACTOR_INSTANCE_MISSING");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/wake", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/state", write).SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/state/n").SucceedsAsync(200, """{"x":1}""");
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/state/gone").SucceedsAsync();
        var state = await sidecar.Grpc.GetActorStateAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "a",
                Key = "n",
            }
        );
        Assert.Equal("""{"x":1}""", state.Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_reminder_fires_with_its_data_and_is_deleted_if_it_does_not_recur()
    {
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/once", """{"dueTime":"0s","data":{"n":1}}""")
            .SucceedsAsync();
        var fired = await app.NextAsync("/actors/Counter/a/method/remind/once");
        Assert.Equal(("PUT", """{"data":{"n":1},"dueTime":"","period":""}"""), (fired.Method, fired.Text));
        await Eventually.UntilAsync(
            async () => (int)(await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/once")).StatusCode == 404,
            "the reminder that has fired is still there"
        );
    }

    [Fact]
    public async Task A_reminder_can_be_read_and_deleted_and_an_invalid_one_is_refused()
    {
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/later", """{"dueTime":"1h","period":"R3/PT10S","data":"x"}""")
            .SucceedsAsync();
        var reminder = await (await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/later")).JsonAsync();
        Assert.Equal(
            ("a", "Counter", "1h", "@every 10s", "x"),
            (
                Text(reminder, "actorID"),
                Text(reminder, "actorType"),
                Text(reminder, "dueTime"),
                Text(reminder, "period"),
                Text(reminder, "data")
            )
        );
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/a/reminders/later").SucceedsAsync();
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/a/reminders/later").SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/later").FailsAsync(404, "ERR_ACTOR_REMINDER_NOT_FOUND");
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/bad", """{"dueTime":"soon"}""")
            .FailsAsync(500, "ERR_ACTOR_REMINDER_CREATE");
    }

    [Fact]
    public async Task A_reminder_with_repetitions_fires_as_often()
    {
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/thrice", """{"dueTime":"0s","period":"R3/PT1S"}""")
            .SucceedsAsync();
        for (var i = 0; i < 3; i++)
        {
            await app.NextAsync("/actors/Counter/a/method/remind/thrice");
        }
        await Eventually.UntilAsync(
            async () => (int)(await sidecar.Http.GetAsync("/v1.0/actors/Counter/a/reminders/thrice")).StatusCode == 404,
            "the reminder did not end after three times"
        );
        Assert.True(app.GotNothingMore("/actors/Counter/a/method/remind/thrice"));
    }

    [Theory]
    [InlineData("..%2F..%2Fsecret", "/actors/Counter/a/method/secret")]
    [InlineData("a%2Fb", "/actors/Counter/a/method/a/b")]
    [InlineData("a%2F..%2F..%2F..%2F..%2Fb", "/actors/Counter/a/method/b")]
    public async Task A_method_name_cannot_leave_its_actors_path(string method, string seen)
    {
        await sidecar.Http.SendAsync("POST", $"/v1.0/actors/Counter/a/method/{method}", "").SucceedsAsync(200);
        await app.NextAsync(seen);
        await sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "a",
                Method = Uri.UnescapeDataString(method),
            }
        );
        await app.NextAsync(seen);
    }

    [Theory]
    [InlineData("a", "m?x", "method contains forbidden character: \"m?x\"", "actor method")]
    [InlineData("a", "m#x", "method contains forbidden character: \"m#x\"", "actor method")]
    [InlineData("a", "m\n", "method contains control character at position 1: \"m\\n\"", "actor method")]
    [InlineData("a", "\u0001m", "method contains control character at position 0: \"\\x01m\"", "actor method")]
    [InlineData("a/b", "m", "name contains forbidden character: \"a/b\"", "actorId")]
    [InlineData("a?b", "m", "name contains forbidden character: \"a?b\"", "actorId")]
    [InlineData("a\nb", "m", "name contains control character at position 1: \"a\\nb\"", "actorId")]
    public async Task A_name_that_would_change_the_path_is_refused(string id, string method, string problem, string what)
    {
        var expected = what == "actor method" ? $"invalid request: {problem}" : $"invalid request: invalid {what}: {problem}";
        await sidecar
            .Http.SendAsync("POST", $"/v1.0/actors/Counter/{Uri.EscapeDataString(id)}/method/{Uri.EscapeDataString(method)}", "")
            .FailsAsync(400, "ERR_BAD_REQUEST", expected);
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = "Counter",
                    ActorId = id,
                    Method = method,
                }
            )
            .FailsAsync(StatusCode.InvalidArgument, $"invalid {what}: {problem}");
    }

    [Theory]
    [InlineData("""{"dueTime":"0s","period":"R3/PT0.1S"}""", "unsupported period format: R3/PT0.1S")]
    [InlineData("""{"dueTime":"0s","period":"P1D"}""", "unsupported period format: P1D")]
    [InlineData("""{"dueTime":"0s","period":"@daily"}""", "unsupported period format: @daily")]
    [InlineData("""{"dueTime":"PT0.5S"}""", "rpc error: code = Unknown desc = job failed validation: due time format not recognized")]
    [InlineData("{}", "rpc error: code = Unknown desc = job failed validation: job must have either a due time or a schedule")]
    [InlineData(
        """{"dueTime":"1h","ttl":"2h"}""",
        "rpc error: code = Unknown desc = job failed validation: job must have a schedule to have a ttl"
    )]
    [InlineData("""{"period":"10"}""", "unsupported period format: 10")]
    [InlineData("""{"dueTime":"10"}""", "rpc error: code = Unknown desc = job failed validation: due time format not recognized")]
    [InlineData("""{"dueTime":"2030-01-01"}""", "rpc error: code = Unknown desc = job failed validation: due time format not recognized")]
    [InlineData("""{"period":"1h","ttl":"10"}""", "rpc error: code = Unknown desc = job failed validation: ttl format not recognized")]
    [InlineData(
        """{"dueTime":"1h","period":"1h","ttl":"-1s"}""",
        "rpc error: code = Unknown desc = job failed validation: ttl must be greater than due time"
    )]
    public async Task A_reminder_invalid_for_Daprs_scheduler_is_refused(string body, string problem) =>
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/wrong", body)
            .FailsAsync(500, "ERR_ACTOR_REMINDER_CREATE", $"error creating actor reminder: {problem}");

    [Theory]
    [InlineData("two words")]
    [InlineData("Cap_under:co-lon")]
    [InlineData("dot.ted")]
    [InlineData("x||y")]
    public async Task Reminder_names_valid_for_Daprs_scheduler_are_accepted(string name) =>
        await sidecar
            .Http.SendAsync("POST", $"/v1.0/actors/Counter/a/reminders/{Uri.EscapeDataString(name)}", """{"dueTime":"24h"}""")
            .SucceedsAsync();

    [Theory]
    [InlineData("a", "x~y", "a||x~y")]
    [InlineData("a~b", "r", "a~b||r")]
    [InlineData("a", ".dot", "a||.dot")]
    [InlineData("a", "-", "a||")]
    public async Task Reminder_names_invalid_for_Daprs_scheduler_are_refused(string id, string name, string expected)
    {
        var path = $"/v1.0/actors/Counter/{Uri.EscapeDataString(id)}/reminders/{Uri.EscapeDataString(name)}";
        var problem =
            $"rpc error: code = Unknown desc = job name is invalid \"actorreminder||default||Counter||{expected}\": a lowercase "
            + "RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            + @"'-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        await sidecar
            .Http.SendAsync("POST", path, """{"dueTime":"24h"}""")
            .FailsAsync(500, "ERR_ACTOR_REMINDER_CREATE", $"error creating actor reminder: {problem}");
        await sidecar
            .Http.GetAsync(path)
            .FailsAsync(
                500,
                "ERR_ACTOR_REMINDER_GET",
                $"error getting actor reminder: api error: code = Internal desc = failed to get job due to: {problem}"
            );
        await sidecar.Http.DeleteAsync(path).FailsAsync(500, "ERR_ACTOR_REMINDER_DELETE", $"error deleting actor reminder: {problem}");
    }

    [Fact]
    public async Task A_reminder_with_a_period_of_zero_fires_again_and_again()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/zero/reminders/r", """{"dueTime":"0s","period":"0s"}""").SucceedsAsync();
        await app.NextAsync("/actors/Counter/zero/method/remind/r");
        await app.NextAsync("/actors/Counter/zero/method/remind/r");
        Assert.Equal("@every 0s", Text(await (await sidecar.Http.GetAsync("/v1.0/actors/Counter/zero/reminders/r")).JsonAsync(), "period"));
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/zero/reminders/r").SucceedsAsync();
    }

    [Fact]
    public async Task A_reminder_of_a_millisecond_with_a_short_life_fires()
    {
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/short/reminders/r", """{"dueTime":"0s","period":"1ms","ttl":"1s"}""")
            .SucceedsAsync();
        await app.NextAsync("/actors/Counter/short/method/remind/r");
        await app.NextAsync("/actors/Counter/short/method/remind/r");
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/short/reminders/r").SucceedsAsync(); // which daprd keeps on beyond its life
    }

    [Theory]
    [InlineData("""{"dueTime":"0s","period":"R3/PT0.1S"}""", "invalid timer period: parse error: unsupported duration format: R3/PT0.1S")]
    [InlineData("""{"dueTime":"0s","period":"@daily"}""", "invalid timer period: parse error: unsupported duration format: @daily")]
    [InlineData("""{"period":"5"}""", "invalid timer period: parse error: unsupported duration format: 5")]
    [InlineData("""{"dueTime":"10"}""", "error parsing timer due time: unsupported time/duration format: 10")]
    [InlineData("""{"dueTime":"R0/PT1H"}""", "error parsing timer due time: repetitions are not allowed")]
    [InlineData("""{"dueTime":"1s","ttl":"2030-01-01"}""", "error parsing timer TTL: unsupported time/duration format: 2030-01-01")]
    [InlineData("""{"dueTime":"y"}""", "error parsing timer due time: unsupported time/duration format: y")]
    [InlineData("""{"dueTime":"1s","ttl":"x"}""", "error parsing timer TTL: unsupported time/duration format: x")]
    public async Task A_timer_with_an_invalid_time_is_refused(string body, string problem) =>
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/a/timers/wrong", body)
            .FailsAsync(500, "ERR_ACTOR_TIMER_CREATE", $"error creating actor timer: {problem}");

    [Fact]
    public async Task Reminders_and_timers_of_a_type_that_is_not_hosted_are_refused()
    {
        const string path = "/v1.0/actors/Nobody/a/";
        await sidecar.Http.SendAsync("POST", path + "reminders/r", """{"dueTime":"1h"}""").FailsAsync(403, "ERR_ACTOR_REMINDER_NON_HOSTED");
        await sidecar.Http.GetAsync(path + "reminders/r").FailsAsync(403, "ERR_ACTOR_REMINDER_NON_HOSTED");
        await sidecar.Http.DeleteAsync(path + "reminders/r").FailsAsync(403, "ERR_ACTOR_REMINDER_NON_HOSTED");
        await sidecar
            .Http.SendAsync("POST", path + "timers/r", """{"dueTime":"1h"}""")
            .FailsAsync(
                500,
                "ERR_ACTOR_TIMER_CREATE",
                "error creating actor timer: can't create timer for actor Nobody||a: actor type not registered"
            );
    }

    [Fact]
    public async Task A_timer_calls_back_until_it_is_deleted()
    {
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/wake", "").SucceedsAsync(200);
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/actors/Counter/a/timers/tick",
                """{"dueTime":"0s","period":"50ms","callback":"onTick","data":7}"""
            )
            .SucceedsAsync();
        var ticked = await app.NextAsync("/actors/Counter/a/method/timer/tick");
        using var body = JsonDocument.Parse(ticked.Text);
        Assert.Equal(
            ("onTick", 7, "50ms"),
            (Text(body.RootElement, "callback"), body.RootElement.GetProperty("data").GetInt32(), Text(body.RootElement, "period"))
        );
        await app.NextAsync("/actors/Counter/a/method/timer/tick");
        await sidecar.Http.DeleteAsync("/v1.0/actors/Counter/a/timers/tick").SucceedsAsync();
    }

    [Fact]
    public async Task An_idle_actor_is_deactivated()
    {
        await using var lazy = await HttpApp.StartAsync();
        lazy.Answers("/dapr/config", 200, """{"entities":["Lazy"],"actorIdleTimeout":"100ms"}""");
        await using var own = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = lazy.PortNumber, Resources = [Store] });
        await own.Http.SendAsync("POST", "/v1.0/actors/Lazy/a/method/wake", "").SucceedsAsync(200);
        var deactivated = await lazy.NextAsync("/actors/Lazy/a");
        Assert.Equal("DELETE", deactivated.Method);
    }

    [Fact]
    public async Task With_reentrancy_calls_of_one_chain_enter_an_actor_up_to_the_maximum_depth()
    {
        await using var deep = await HttpApp.StartAsync();
        deep.Answers("/dapr/config", 200, """{"entities":["Deep"],"reentrancy":{"enabled":true,"maxStackDepth":2}}""");
        TestedSidecar? own = null;
        var inner = 0;
        var third = "";
        deep.Answers("/actors/Deep/a/method/outer", async (received, context) =>
        {
            using var answer = await own!.Http.SendAsync(
                "POST",
                "/v1.0/actors/Deep/a/method/inner",
                "",
                headers: ("Dapr-Reentrancy-Id", received.Headers["Dapr-Reentrancy-Id"])
            );
            inner = (int)answer.StatusCode;
            await context.Response.WriteAsync("done");
        });
        deep.Answers("/actors/Deep/a/method/inner", async (received, _) =>
        {
            using var answer = await own!.Http.SendAsync(
                "POST",
                "/v1.0/actors/Deep/a/method/third",
                "",
                headers: ("Dapr-Reentrancy-Id", received.Headers["Dapr-Reentrancy-Id"])
            );
            third = await answer.TextAsync();
        });
        await using (own = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = deep.PortNumber, Resources = [Store] }))
        {
            await own.Http.SendAsync("POST", "/v1.0/actors/Deep/a/method/outer", "").SucceedsAsync(200, "done");
            Assert.Equal(200, inner);
            Assert.Contains("ERR_ACTOR_STACK_DEPTH", third, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"period":"1ms","ttl":"10ms"}""", 10)] // due 1, 2, ... 10 ms after the call
    [InlineData("""{"dueTime":"1ms","period":"1ms","ttl":"20ms"}""", 21)] // due 1, 2, ... 21 ms after it
    public async Task A_reminder_fires_for_every_tick_of_its_life_however_late(string body, int ticks)
    {
        var actor = $"life-{ticks}";
        await sidecar.Http.SendAsync("POST", $"/v1.0/actors/Counter/{actor}/reminders/r", body).SucceedsAsync();
        for (var tick = 0; tick < ticks; tick++)
        {
            await app.NextAsync($"/actors/Counter/{actor}/method/remind/r");
        }
        await sidecar.Http.SendAsync("POST", $"/v1.0/actors/Counter/{actor}/reminders/later", """{"dueTime":"50ms"}""").SucceedsAsync();
        await app.NextAsync($"/actors/Counter/{actor}/method/remind/later");
        Assert.True(app.GotNothingMore($"/actors/Counter/{actor}/method/remind/r"));
    }

    [Fact]
    public async Task A_timer_fires_for_every_tick_of_its_life_however_late()
    {
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/Counter/timed/timers/t", """{"dueTime":"0s","period":"1ms","ttl":"10ms"}""")
            .SucceedsAsync();
        for (var tick = 0; tick < 10; tick++) // due 0, 1, ... 9 ms after the call
        {
            await app.NextAsync("/actors/Counter/timed/method/timer/t");
        }
    }

    [Fact]
    public async Task A_reminder_that_came_due_while_the_sidecar_was_away_fires_after_its_start()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-reminder-").FullName;
        var store = Yaml.Component("actors", "state.sqlite", ("connectionString", $"{folder}/actors.db"), ("actorStateStore", "true"));
        await using (
            var before = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    OwnProcess = true,
                    AppId = "reminded",
                    AppPort = app.PortNumber,
                    Resources = [store],
                }
            )
        )
        {
            await before.Http.SendAsync("POST", "/v1.0/actors/Counter/z/reminders/missed", """{"dueTime":"1s"}""").SucceedsAsync();
        }
        await using (
            await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    OwnProcess = true,
                    AppId = "reminded",
                    AppPort = app.PortNumber,
                    Resources = [store],
                }
            )
        )
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
