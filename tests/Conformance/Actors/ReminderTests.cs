using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace Conformance.Actors;

/// <summary>Reminders as they are kept: shown, listed, replaced, and tried again.</summary>
public sealed class ReminderTests : IAsyncLifetime
{
    /// <summary>One type a test: all daprds of a run keep their reminders in one scheduler.</summary>
    private readonly string type = "Counter" + Guid.NewGuid().ToString("N")[..8];

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    private string Path => $"/v1.0/actors/{type}/a/reminders/";

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, $$"""{"entities":["{{type}}"]}""");
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_reminder_is_returned_with_its_period_in_the_schedulers_format()
    {
        await sidecar
            .Http.SendAsync("POST", Path + "r", """{"data":"d","dueTime":"24h","period":"90s","ttl":"2552-01-01T00:00:00Z"}""")
            .SucceedsAsync();
        using var answer = await sidecar.Http.GetAsync(Path + "r");
        Assert.Equal(
            $$"""{"actorID":"a","actorType":"{{type}}","data":"d","dueTime":"24h","period":"@every 1m30s","ttl":"2552-01-01T00:00:00Z"}"""
                + "\n",
            await answer.TextAsync()
        );
        Assert.Equal(
            "@every 1m30s",
            (
                await sidecar.Grpc.GetActorReminderAsync(
                    new()
                    {
                        ActorType = type,
                        ActorId = "a",
                        Name = "r",
                    }
                )
            ).Period
        );
    }

    [Theory]
    [InlineData(
        "reminders",
        """{"dueTime":"R1/PT1H"}""",
        "ERR_ACTOR_REMINDER_CREATE",
        "error creating actor reminder: rpc error: code = Unknown desc = job failed validation: repeats not supported for due time"
    )]
    [InlineData(
        "timers",
        """{"dueTime":"R1/PT1H"}""",
        "ERR_ACTOR_TIMER_CREATE",
        "error creating actor timer: error parsing timer due time: repetitions are not allowed"
    )]
    [InlineData(
        "timers",
        """{"period":"R0/PT1H"}""",
        "ERR_ACTOR_TIMER_CREATE",
        "error creating actor timer: invalid timer period: has zero repetitions"
    )]
    public async Task Repetitions_where_there_are_none_are_refused(string kind, string body, string code, string message)
    {
        await sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/a/method/wake").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/a/{kind}/r", body).FailsAsync(500, code, message);
    }

    [Theory]
    [InlineData("R0/PT1H")]
    [InlineData("R-1/PT1H")]
    public async Task A_reminder_without_a_positive_count_repeats_without_end(string period)
    {
        await sidecar.Http.SendAsync("POST", Path + "endless", $$"""{"dueTime":"24h","period":"{{period}}"}""").SucceedsAsync();
        using var answer = await sidecar.Http.GetAsync(Path + "endless");
        Assert.Equal("@every 1h0m0s", (await answer.JsonAsync()).GetProperty("period").GetString());
    }

    [Fact]
    public async Task A_time_to_live_that_is_a_duration_is_not_returned()
    {
        await sidecar.Http.SendAsync("POST", Path + "short", """{"dueTime":"24h","period":"1h","ttl":"48h"}""").SucceedsAsync();
        using var answer = await sidecar.Http.GetAsync(Path + "short");
        Assert.False((await answer.JsonAsync()).TryGetProperty("ttl", out _));
    }

    [Fact]
    public async Task A_reminder_whose_life_ends_before_its_first_tick_is_deleted_at_once()
    {
        await sidecar.Http.SendAsync("POST", Path + "stillborn", """{"period":"1h","ttl":"10s"}""").SucceedsAsync();
        await Eventually.UntilAsync(
            async () => (int)(await sidecar.Http.GetAsync(Path + "stillborn")).StatusCode == 404,
            "the reminder stayed although it never ticks"
        );
    }

    [Fact]
    public async Task A_timer_that_expires_before_it_is_due_is_refused()
    {
        await sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/a/method/wake").SucceedsAsync(200);
        var error = await sidecar
            .Http.SendAsync("POST", $"/v1.0/actors/{type}/a/timers/late", """{"dueTime":"1h","ttl":"-1s"}""")
            .FailsAsync(500, "ERR_ACTOR_TIMER_CREATE");
        Assert.StartsWith(
            $"error creating actor timer: timer {type}||a||late has already expired: dueTime: ",
            error.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public Task Deleting_a_timer_of_an_unknown_actor_type_succeeds() =>
        sidecar.Http.DeleteAsync("/v1.0/actors/nobody/a/timers/t").SucceedsAsync();

    [Fact]
    public async Task A_reminder_is_replaced_unless_overwrite_is_false()
    {
        await sidecar.Http.SendAsync("POST", Path + "r", """{"dueTime":"24h"}""").SucceedsAsync();
        await sidecar.Http.SendAsync("POST", Path + "r", """{"dueTime":"48h"}""").SucceedsAsync();
        await sidecar
            .Http.SendAsync("POST", Path + "r", """{"dueTime":"12h","overwrite":false}""")
            .FailsAsync(409, "ERR_ACTOR_REMINDER_ALREADY_EXISTS", "actor reminder already exists: r");
        await sidecar
            .Grpc.RegisterActorReminderAsync(
                new()
                {
                    ActorType = type,
                    ActorId = "a",
                    Name = "r",
                    DueTime = "12h",
                    Overwrite = false,
                }
            )
            .FailsAsync(StatusCode.AlreadyExists, "actor reminder already exists: r");
        Assert.Equal(
            "48h",
            (
                await sidecar.Grpc.GetActorReminderAsync(
                    new()
                    {
                        ActorType = type,
                        ActorId = "a",
                        Name = "r",
                    }
                )
            ).DueTime
        );
    }

    [Fact]
    public async Task Reminders_are_listed_and_unregistered_by_type_and_by_actor()
    {
        foreach (var (id, name) in ((string, string)[])[("a", "one"), ("a", "two"), ("b", "one")])
        {
            await sidecar.Grpc.RegisterActorReminderAsync(
                new()
                {
                    ActorType = type,
                    ActorId = id,
                    Name = name,
                    DueTime = "24h",
                }
            );
        }
        Assert.Equal(3, (await sidecar.Grpc.ListActorRemindersAsync(new() { ActorType = type })).Reminders.Count);
        Assert.Equal(
            ["one", "two"],
            (await sidecar.Grpc.ListActorRemindersAsync(new() { ActorType = type, ActorId = "a" }))
                .Reminders.Select(reminder => reminder.Name)
                .Order()
        );
        await sidecar
            .Grpc.ListActorRemindersAsync(new() { ActorType = "Nobody" })
            .FailsAsync(StatusCode.PermissionDenied, "operations on actor reminders are only possible on hosted actor types");
        await sidecar.Grpc.UnregisterActorRemindersByTypeAsync(new() { ActorType = type, ActorId = "a" });
        Assert.Equal(
            "b",
            Assert.Single((await sidecar.Grpc.ListActorRemindersAsync(new() { ActorType = type })).Reminders).Reminder.ActorId
        );
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(200, true)]
    public async Task A_failed_reminder_is_retried_by_its_failure_policy(int status, bool exception)
    {
        app.Answers($"/actors/{type}/a/method/remind/r", (_, context) =>
        {
            context.Response.StatusCode = status;
            if (exception)
            {
                context.Response.Headers["X-DaprErrorResponseHeader"] = "true"; // as the SDKs answer an exception
            }
            return Task.CompletedTask;
        });
        var policy = new JobFailurePolicy
        {
            Constant = new JobFailurePolicyConstant
            {
                Interval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.Zero),
                MaxRetries = 2,
            },
        };
        await sidecar.Grpc.RegisterActorReminderAsync(
            new()
            {
                ActorType = type,
                ActorId = "a",
                Name = "r",
                DueTime = "0s",
                FailurePolicy = policy,
            }
        );
        for (var i = 0; i < 3; i++)
        {
            await app.NextAsync($"/actors/{type}/a/method/remind/r");
        }
        await Eventually.UntilAsync(
            async () => (await sidecar.Grpc.ListActorRemindersAsync(new() { ActorType = type })).Reminders.Count == 0,
            "the reminder stayed after its last retry"
        );
        Assert.True(app.GotNothingMore($"/actors/{type}/a/method/remind/r"));
    }

    [Theory]
    [InlineData("bad\nname")]
    [InlineData("..")]
    [InlineData("")]
    public Task A_reminder_name_that_would_change_the_path_is_refused(string name) =>
        Assert.ThrowsAsync<RpcException>(() =>
            sidecar
                .Grpc.RegisterActorReminderAsync(
                    new()
                    {
                        ActorType = type,
                        ActorId = "a",
                        Name = name,
                        DueTime = "24h",
                    }
                )
                .ResponseAsync
        );
}
