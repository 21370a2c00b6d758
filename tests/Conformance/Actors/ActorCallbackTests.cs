using Conformance.Apps;
using Conformance.Running;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.Actors;

/// <summary>The exact requests that an app receives for reminders and timers, and the answers that count as failures.</summary>
[Collection(HostsOfCounter.Name)]
public sealed class ActorCallbackTests : IAsyncLifetime
{
    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["Counter"]}""");
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

    [Theory]
    [InlineData(null, """{"dueTime":"","period":""}""", """{"callback":"","dueTime":"0s","period":""}""")]
    [InlineData("null", """{"data":null,"dueTime":"","period":""}""", """{"data":null,"callback":"","dueTime":"0s","period":""}""")]
    [InlineData(
        """{  "foo": [ 12, 4 ] }""",
        """{"data":{"foo":[12,4]},"dueTime":"","period":""}""",
        """{"data":{"foo":[12,4]},"callback":"","dueTime":"0s","period":""}"""
    )]
    public async Task Data_given_over_HTTP_is_JSON(string? data, string reminder, string timer)
    {
        var body = data is null ? """{"dueTime":"0s"}""" : $$"""{"dueTime":"0s","data":{{data}}}""";
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/reminders/r", body).SucceedsAsync();
        Assert.Equal(reminder, (await app.NextAsync("/actors/Counter/a/method/remind/r")).Text);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/timers/t", body).SucceedsAsync();
        Assert.Equal(timer, (await app.NextAsync("/actors/Counter/a/method/timer/t")).Text);
    }

    [Theory]
    [InlineData("", """{"dueTime":"","period":""}""", """{"callback":"","dueTime":"0s","period":""}""")]
    [InlineData("123", """{"data":"MTIz","dueTime":"","period":""}""", """{"data":"MTIz","callback":"","dueTime":"0s","period":""}""")]
    public async Task Data_given_over_gRPC_is_bytes(string data, string reminder, string timer)
    {
        await sidecar.Grpc.RegisterActorReminderAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "a",
                Name = "r",
                DueTime = "0s",
                Data = ByteString.CopyFromUtf8(data),
            }
        );
        Assert.Equal(reminder, (await app.NextAsync("/actors/Counter/a/method/remind/r")).Text);
        await sidecar.Grpc.RegisterActorTimerAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "a",
                Name = "t",
                DueTime = "0s",
                Data = ByteString.CopyFromUtf8(data),
            }
        );
        Assert.Equal(timer, (await app.NextAsync("/actors/Counter/a/method/timer/t")).Text);
    }

    [Fact]
    public async Task A_slow_timer_of_one_actor_does_not_delay_another_actors()
    {
        var go = new TaskCompletionSource();
        app.Answers("/actors/Counter/slow/method/timer/t", (_, _) => go.Task);
        await sidecar.Grpc.RegisterActorTimerAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "slow",
                Name = "t",
                DueTime = "0s",
                Period = "10s",
            }
        );
        await app.NextAsync("/actors/Counter/slow/method/timer/t");
        await sidecar.Grpc.RegisterActorTimerAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "fast",
                Name = "t",
                DueTime = "0s",
                Period = "10s",
            }
        );
        await app.NextAsync("/actors/Counter/fast/method/timer/t");
        go.SetResult();
    }

    [Fact]
    public async Task A_timer_that_fails_counts_as_a_repetition()
    {
        app.Answers("/actors/Counter/a/method/timer/t", 500);
        await sidecar.Grpc.RegisterActorTimerAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "a",
                Name = "t",
                DueTime = "0s",
                Period = "R3/PT1S",
            }
        );
        await sidecar.Grpc.RegisterActorTimerAsync(
            new()
            {
                ActorType = "Counter",
                ActorId = "b",
                Name = "t",
                DueTime = "0s",
                Period = "R4/PT1S",
            }
        );
        for (var i = 0; i < 3; i++)
        {
            await app.NextAsync("/actors/Counter/a/method/timer/t");
        }
        for (var i = 0; i < 4; i++)
        {
            await app.NextAsync("/actors/Counter/b/method/timer/t");
        }
        Assert.True(app.GotNothingMore("/actors/Counter/a/method/timer/t"));
    }

    [Theory]
    [InlineData(404, "", "error invoke actor method: actor method not found: actors/Counter/a/method/m")]
    [InlineData(500, "custom error", "error invoke actor method: error from actor service: (500) custom error")]
    [InlineData(202, "later", "error invoke actor method: error from actor service: (202) later")]
    public async Task An_answer_other_than_200_is_an_error(int status, string body, string message)
    {
        app.Answers("/actors/Counter/a/method/m", status, body);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/m", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD", message);
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = "Counter",
                    ActorId = "a",
                    Method = "m",
                }
            )
            .FailsAsync(StatusCode.Internal, message);
    }

    [Fact]
    public async Task An_error_in_the_SDKs_error_header_is_returned_to_the_caller()
    {
        app.Answers("/actors/Counter/a/method/m", (_, context) =>
        {
            context.Response.Headers["X-DaprErrorResponseHeader"] = "true";
            return context.Response.WriteAsync("sent by the SDK");
        });
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/m", "").SucceedsAsync(200, "sent by the SDK");
        Assert.Equal(
            "sent by the SDK",
            (
                await sidecar.Grpc.InvokeActorAsync(
                    new()
                    {
                        ActorType = "Counter",
                        ActorId = "a",
                        Method = "m",
                    }
                )
            ).Data.ToStringUtf8()
        );
    }

    [Theory]
    [InlineData("true")]
    [InlineData("ON")]
    public async Task A_method_whose_answer_cancels_a_reminder_fails(string value)
    {
        app.Answers("/actors/Counter/a/method/m", (_, context) => CancelAsync(context, value));
        const string message = "error invoke actor method: reminder has been canceled";
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/m", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD", message);
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = "Counter",
                    ActorId = "a",
                    Method = "m",
                }
            )
            .FailsAsync(StatusCode.Internal, message);
    }

    [Fact]
    public async Task A_reminder_whose_actor_cancels_it_goes_on()
    {
        app.Answers("/actors/Counter/cancelled/method/remind/r", (_, context) => CancelAsync(context, "true"));
        foreach (var (id, period) in ((string, string)[])[("cancelled", "R2/PT1S"), ("kept", "R4/PT1S")])
        {
            await sidecar.Grpc.RegisterActorReminderAsync(
                new()
                {
                    ActorType = "Counter",
                    ActorId = id,
                    Name = "r",
                    DueTime = "0s",
                    Period = period,
                }
            );
        }
        for (var i = 0; i < 2; i++)
        {
            await app.NextAsync("/actors/Counter/cancelled/method/remind/r");
        }
        for (var i = 0; i < 4; i++)
        {
            await app.NextAsync("/actors/Counter/kept/method/remind/r");
        }
        Assert.True(app.GotNothingMore("/actors/Counter/cancelled/method/remind/r"));
    }

    private static Task CancelAsync(HttpContext context, string value)
    {
        context.Response.Headers["X-DaprReminderCancel"] = value;
        return Task.CompletedTask;
    }
}
