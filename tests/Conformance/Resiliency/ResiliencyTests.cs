using Conformance.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conformance.Resiliency;

/// <summary>Policies of a Resiliency resource, seen from the app that is called and from the caller.</summary>
public sealed class ResiliencyTests(AppWithPolicies guarded) : IClassFixture<AppWithPolicies>
{
    [Fact]
    public async Task A_failed_call_is_retried_until_it_succeeds()
    {
        guarded.FailsFirst("/flaky", times: 2, status: 503);
        using var answer = await guarded.InvokeAsync("retried", "flaky", "the body");
        Assert.Equal((200, "attempt 3 got the body"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_400_is_retried_as_well_and_the_last_answer_is_returned()
    {
        guarded.FailsFirst("/refusing", times: 99, status: 400);
        using var answer = await guarded.InvokeAsync("retried", "refusing");
        Assert.Equal(
            (400, "attempt 4 failed", "kept"),
            ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.GetValues("x-answer").Single())
        );
    }

    [Fact]
    public async Task The_last_failing_answer_has_the_same_head_as_without_a_policy()
    {
        guarded.App.Answers("/bare", (_, context) =>
        {
            context.Response.StatusCode = 418;
            context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = "Words of the app";
            context.Response.Headers["Connection"] = "x-nominated";
            context.Response.Headers["X-Nominated"] = "of-the-app";
            context.Response.Headers["Proxy-Authenticate"] = "of-the-app";
            context.Response.Headers["grpc-mine"] = "1";
            return context.Response.WriteAsync("short and stout");
        });
        using var answer = await guarded.InvokeAsync("retried", "bare");
        Assert.True(answer.Content.Headers.NonValidated.Contains("Content-Length"));
        Assert.Equal(
            (418, "I'm a teapot", "application/json", "short and stout", "1"),
            (
                (int)answer.StatusCode,
                answer.ReasonPhrase,
                answer.Content.Headers.ContentType?.ToString(),
                await answer.TextAsync(),
                answer.Headers.GetValues("dapr-grpc-mine").Single()
            )
        );
        Assert.All((string[])["X-Nominated", "Proxy-Authenticate", "grpc-mine"], name => Assert.False(answer.Headers.Contains(name)));
    }

    [Fact]
    public async Task Matching_limits_the_statuses_that_are_retried()
    {
        guarded.FailsFirst("/narrow", times: 99, status: 404);
        using var answer = await guarded.InvokeAsync("matching", "narrow");
        Assert.Equal((404, "attempt 1 failed"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        guarded.FailsFirst("/broad", times: 1, status: 503);
        using var other = await guarded.InvokeAsync("matching", "broad");
        Assert.Equal(200, (int)other.StatusCode);
    }

    [Fact]
    public async Task An_unrequested_101_can_be_retried()
    {
        var attempts = 0;
        guarded.App.Answers("/switching", (_, context) =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref attempts) < 3 ? 101 : 200;
            return Task.CompletedTask;
        });
        using var answer = await guarded.InvokeAsync(guarded.Sidecar.AppId, "switching");
        Assert.Equal((200, 3), ((int)answer.StatusCode, attempts));
    }

    [Fact]
    public async Task A_slow_call_is_cancelled_after_the_timeout()
    {
        guarded.App.Answers("/slow", (_, context) =>
            Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default)
        );
        using var answer = await guarded.InvokeAsync("hurried", "slow");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Contains("ERR_DIRECT_INVOKE", text, StringComparison.Ordinal);
        Assert.Contains("context deadline exceeded", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_breaker_opens_after_the_failures_its_rule_names_and_closes_when_a_trial_succeeds()
    {
        guarded.FailsFirst("/broken", times: 3, status: 500);
        for (var i = 0; i < 3; i++)
        {
            using var failed = await guarded.InvokeAsync("broken", "broken");
            Assert.StartsWith("attempt", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using var refused = await guarded.InvokeAsync("broken", "broken");
        Assert.Contains("circuit breaker is open", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Eventually.UntilAsync(
            async () =>
            {
                using var trial = await guarded.InvokeAsync("broken", "broken");
                return trial.IsSuccessStatusCode;
            },
            "the breaker let a trial through"
        );
    }

    [Fact]
    public async Task All_paths_of_an_HTTPEndpoint_share_a_breaker()
    {
        foreach (var path in (string[])["one", "two", "three"])
        {
            guarded.App.Answers($"/{path}", 500);
            using var failed = await guarded.InvokeAsync("shared", path);
            Assert.Equal("", await failed.Content.ReadAsStringAsync());
        }
        using var refused = await guarded.InvokeAsync("shared", "four");
        Assert.Contains("circuit breaker is open", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_delivered_four_times_under_three_retries_and_then_goes_to_the_dead_letter_topic()
    {
        guarded.App.Answers("/poison", 500);
        await guarded.Sidecar.Http.SendAsync("POST", "/v1.0/publish/events/poison", """{"n":1}""").SucceedsAsync();
        var dead = await guarded.App.NextAsync("/dead");
        Assert.Equal("poison", dead.Json.GetProperty("topic").GetString());
        for (var i = 0; i < 4; i++)
        {
            await guarded.App.NextAsync("/poison");
        }
        Assert.True(guarded.App.GotNothingMore("/poison"));
    }

    [Fact]
    public async Task The_metadata_list_the_Resiliency_resource()
    {
        var metadata = await guarded.Sidecar.Http.GetStringAsync("/v1.0/metadata");
        Assert.Contains("\"resiliencies\":[{\"name\":\"guards\"}]", metadata, StringComparison.Ordinal);
        var message = await guarded.Sidecar.Grpc.GetMetadataAsync(new());
        Assert.Equal("guards", message.Resiliencies.Single().Name);
    }
}
