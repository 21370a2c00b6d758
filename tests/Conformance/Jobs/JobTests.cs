using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Conformance.Jobs;

/// <summary>
/// One app with jobs, shared by the tests. The embedded sidecar keeps them in the store for actors; daprd in its scheduler.
/// </summary>
public sealed class JobApp : IAsyncLifetime
{
    public HttpApp App { get; private set; } = null!;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        App = await HttpApp.StartAsync();
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = App.PortNumber,
                Resources = [Yaml.Component("store", "state.in-memory", ("actorStateStore", "true"))],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await App.DisposeAsync();
    }
}

public sealed class JobTests(JobApp fixture) : IClassFixture<JobApp>
{
    private HttpClient Http => fixture.Sidecar.Http;

    [Fact]
    public async Task A_job_is_triggered_with_its_data_when_it_is_due()
    {
        await Http.SendAsync("POST", "/v1.0/jobs/once", """{"dueTime":"0s","data":{ "a": 1 }}""").SucceedsAsync();
        var received = await fixture.App.NextAsync("/job/once");
        Assert.Equal(("POST", """{"a":1}""", "application/json"), (received.Method, received.Text, received.Header("Content-Type")));
    }

    [Fact]
    public async Task A_job_may_expire_before_it_is_due()
    {
        await Http.SendAsync("POST", "/v1.0/jobs/short-lived", """{"schedule":"@every 1m","dueTime":"1000s","ttl":"123s","data":"x"}""")
            .SucceedsAsync();
        var job = JsonDocument.Parse(await Http.GetStringAsync("/v1.0/jobs/short-lived")).RootElement;
        Assert.Equal("123s", job.GetProperty("ttl").GetString());
        await Http.SendAsync("DELETE", "/v1.0/jobs/short-lived").SucceedsAsync();
    }

    [Fact]
    public async Task A_job_is_triggered_for_every_time_of_its_life_however_late()
    {
        await Http.SendAsync("POST", "/v1.0/jobs/life", """{"schedule":"@every 1ms","ttl":"10ms","data":"x"}""").SucceedsAsync();
        for (var tick = 0; tick < 10; tick++) // due 1, 2, ... 10 ms after the call
        {
            await fixture.App.NextAsync("/job/life");
        }
        await Http.SendAsync("POST", "/v1.0/jobs/after-life", """{"dueTime":"50ms","data":"x"}""").SucceedsAsync();
        await fixture.App.NextAsync("/job/after-life");
        Assert.True(fixture.App.GotNothingMore("/job/life"));
    }

    [Fact]
    public async Task A_job_without_data_is_triggered_with_an_empty_body()
    {
        await fixture.Sidecar.Grpc.ScheduleJobAsync(
            new()
            {
                Job = new Job { Name = "nothing", DueTime = "0s" },
            }
        );
        Assert.Empty((await fixture.App.NextAsync("/job/nothing")).Body);
    }

    [Fact]
    public async Task Job_data_from_gRPC_that_is_no_JSON_arrives_as_bytes()
    {
        await fixture.Sidecar.Grpc.ScheduleJobAsync(
            new()
            {
                Job = new Job
                {
                    Name = "bytes",
                    DueTime = "0s",
                    Data = Any.Pack(new StringValue { Value = "hello world" }),
                },
            }
        );
        Assert.Equal("hello world", (await fixture.App.NextAsync("/job/bytes")).Text);
    }

    [Fact]
    public async Task A_repeated_job_is_triggered_as_often_as_configured()
    {
        await Http.SendAsync("POST", "/v1.0-alpha1/jobs/twice", """{"schedule":"@every 1s","repeats":2}""").SucceedsAsync();
        await fixture.App.NextAsync("/job/twice");
        await fixture.App.NextAsync("/job/twice");
        await Eventually.UntilAsync(async () => await IsGoneAsync("twice"), "the job stayed after its last time");
        Assert.True(fixture.App.GotNothingMore("/job/twice"));
    }

    [Fact]
    public async Task A_failed_job_is_retried_by_its_failure_policy()
    {
        fixture.App.Answers("/job/failing", 500);
        await Http.SendAsync(
                "POST",
                "/v1.0/jobs/failing",
                """{"due_time":"0s","failure_policy":{"constant":{"interval":"0s","max_retries":2}}}"""
            )
            .SucceedsAsync();
        for (var i = 0; i < 3; i++)
        {
            await fixture.App.NextAsync("/job/failing");
        }
        await Eventually.UntilAsync(async () => await IsGoneAsync("failing"), "the job stayed after its last retry");
        Assert.True(fixture.App.GotNothingMore("/job/failing"));
    }

    [Fact]
    public async Task The_largest_number_of_retries_is_no_limit()
    {
        var failures = 0;
        fixture.App.Answers("/job/stubborn", (_, context) =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref failures) < 6 ? 500 : 200;
            return Task.CompletedTask;
        });
        await Http.SendAsync(
                "POST",
                "/v1.0/jobs/stubborn",
                """{"due_time":"0s","failure_policy":{"constant":{"interval":"0s","max_retries":4294967295}}}"""
            )
            .SucceedsAsync();
        for (var i = 0; i < 6; i++)
        {
            await fixture.App.NextAsync("/job/stubborn");
        }
        await Eventually.UntilAsync(async () => await IsGoneAsync("stubborn"), "the job stayed after its success");
    }

    [Fact]
    public async Task A_job_unknown_to_the_app_is_not_retried()
    {
        fixture.App.Answers("/job/unknown", 404);
        await Http.SendAsync("POST", "/v1.0/jobs/unknown", """{"dueTime":"0s"}""").SucceedsAsync();
        await fixture.App.NextAsync("/job/unknown");
        await Eventually.UntilAsync(async () => await IsGoneAsync("unknown"), "the job stayed although the app does not know it");
        Assert.True(fixture.App.GotNothingMore("/job/unknown"));
    }

    [Fact]
    public async Task A_job_is_read_replaced_listed_and_deleted()
    {
        await Http.SendAsync("POST", "/v1.0/jobs/kept", """{"schedule":"@daily","repeats":3,"ttl":"240h","data":"x"}""").SucceedsAsync();
        using var read = await Http.GetAsync("/v1.0/jobs/kept");
        Assert.Equal(("kept", "@daily", 3, "240h", "x"), Fields(await read.JsonAsync()));
        var conflict = await Http.SendAsync("POST", "/v1.0/jobs/kept", """{"schedule":"@weekly"}""")
            .FailsAsync(409, "DAPR_SCHEDULER_SCHEDULE_JOB");
        Assert.Equal("DAPR_SCHEDULER_SCHEDULE_JOB", conflict.Reason());
        await Http.SendAsync("POST", "/v1.0/jobs/kept", """{"schedule":"@weekly","overwrite":true}""").SucceedsAsync();
        Assert.Equal("@weekly", (await fixture.Sidecar.Grpc.GetJobAsync(new() { Name = "kept" })).Job.Schedule);
        Assert.Contains((await fixture.Sidecar.Grpc.ListJobsAsync(new())).Jobs, job => job.Name == "kept");
        await Http.SendAsync("DELETE", "/v1.0/jobs/kept").SucceedsAsync();
        await Http.SendAsync("DELETE", "/v1.0/jobs/kept").SucceedsAsync();
        await Http.GetAsync("/v1.0/jobs/kept").FailsAsync(500, "DAPR_SCHEDULER_GET_JOB");
    }

    [Fact]
    public async Task Jobs_are_deleted_by_name_prefix()
    {
        foreach (var name in (string[])["many-1", "many-2", "other"])
        {
            await fixture.Sidecar.Grpc.ScheduleJobAsync(
                new()
                {
                    Job = new Job { Name = name, Schedule = "@daily" },
                }
            );
        }
        await fixture.Sidecar.Grpc.DeleteJobsByPrefixAsync(new() { NamePrefix = "many-" });
        Assert.Equal(
            ["other"],
            (await fixture.Sidecar.Grpc.ListJobsAsync(new()))
                .Jobs.Select(job => job.Name)
                .Where(name => name is "many-1" or "many-2" or "other")
        );
    }

    [Theory]
    [InlineData("x", "{}", 400, "DAPR_SCHEDULER_SCHEDULE_EMPTY", "Schedule is empty")]
    [InlineData("%20", """{"schedule":"@daily"}""", 400, "DAPR_SCHEDULER_JOB_NAME_EMPTY", "Name is empty")]
    [InlineData("x", """{"name":"y","schedule":"@daily"}""", 400, "DAPR_SCHEDULER_JOB_NAME", "Set the job name in the url only")]
    [InlineData("x", """{"schedule":"@daily","repeats":-1}""", 400, "ERR_MALFORMED_REQUEST", null)]
    [InlineData("x", "[{}]", 400, "ERR_MALFORMED_REQUEST", null)]
    [InlineData("x", """{"dueTime":"1h","overwrite":"true"}""", 400, "ERR_MALFORMED_REQUEST", null)]
    [InlineData("x", """{"schedule":"CRON_TZ=Not/AZone 0 0 9 * * *"}""", 500, "DAPR_SCHEDULER_SCHEDULE_JOB", null)]
    public Task An_invalid_job_is_refused(string name, string body, int status, string code, string? message) =>
        Http.SendAsync("POST", $"/v1.0/jobs/{name}", body).FailsAsync(status, code, message);

    [Theory]
    [InlineData("""{"dueTime":"1h","repeats":2}""", "job must have a schedule to repeat")]
    [InlineData("""{"schedule":"@daily","repeats":0}""", "defined repeats must be greater than 0")]
    [InlineData("""{"dueTime":"1h","ttl":"2h"}""", "job must have a schedule to have a ttl")]
    [InlineData("""{"schedule":"@daily","ttl":"x"}""", "ttl format not recognized")]
    [InlineData("""{"schedule":"@daily","dueTime":"1h","ttl":"-1s"}""", "ttl must be greater than due time")]
    [InlineData("""{"dueTime":"x"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"10"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":" 1h"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"NaN"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"999999999h"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"2030-01-01"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"2030-01-01T10:00:00"}""", "due time format not recognized")]
    [InlineData("""{"schedule":"@daily","ttl":"10"}""", "ttl format not recognized")]
    [InlineData("""{"schedule":""}""", "empty spec string")]
    [InlineData("""{"dueTime":"R2/PT1H"}""", "repeats not supported for due time")]
    [InlineData("""{"schedule":"* * * * *"}""", "expected exactly 6 fields, found 5: [* * * * *]")]
    [InlineData("""{"schedule":"* * * * * 7"}""", "end of range (7) above maximum (6): 7")]
    [InlineData("""{"schedule":"* * 22-2 * * *"}""", "beginning of range (22) beyond end of range (2): 22-2")]
    [InlineData("""{"schedule":"0 0 9 L * *"}""", "failed to parse int from L: strconv.Atoi: parsing \"L\": invalid syntax")]
    [InlineData("""{"schedule":"TZ=Not/AZone @daily"}""", "provided bad location Not/AZone: unknown time zone Not/AZone")]
    [InlineData("""{"schedule":"@sometimes"}""", "unrecognized descriptor: @sometimes")]
    [InlineData("""{"schedule":"@every 5"}""", "failed to parse duration @every 5: time: missing unit in duration \"5\"")]
    [InlineData("""{"schedule":"@every 5x"}""", "failed to parse duration @every 5x: time: unknown unit \"x\" in duration \"5x\"")]
    public Task A_job_that_the_scheduler_does_not_take_is_refused(string body, string problem) =>
        Http.SendAsync("POST", "/v1.0-alpha1/jobs/wrong", body)
            .FailsAsync(
                500,
                "DAPR_SCHEDULER_SCHEDULE_JOB",
                $"failed to schedule job due to: rpc error: code = Unknown desc = job failed validation: {problem}"
            );

    [Theory]
    [InlineData("0")]
    [InlineData("2030-01-01T9:00:00,5+01:00")]
    [InlineData("2562047h")]
    [InlineData("P999Y")]
    public async Task A_job_may_be_due_at_any_time_that_Go_reads(string due)
    {
        var name = $"any-{Guid.NewGuid():N}";
        await Http.SendAsync("POST", $"/v1.0/jobs/{name}", $$"""{"dueTime":"{{due}}"}""").SucceedsAsync();
        await Http.DeleteAsync($"/v1.0/jobs/{name}").SucceedsAsync();
    }

    [Fact]
    public async Task A_job_whose_life_ends_before_its_first_time_is_deleted_at_once()
    {
        await Http.SendAsync("POST", "/v1.0/jobs/stillborn", """{"schedule":"@every 1h","ttl":"10s"}""").SucceedsAsync();
        await Eventually.UntilAsync(async () => await IsGoneAsync("stillborn"), "the job stayed although it never comes due");
    }

    [Fact]
    public async Task Job_data_of_an_unknown_type_has_no_JSON()
    {
        await ScheduleAsync("foreign", new Any { TypeUrl = "type.googleapis.com/app.Unknown", Value = ByteString.CopyFromUtf8("x") });
        var error = await Http.GetAsync("/v1.0/jobs/foreign").FailsAsync(500, "ERR_INTERNAL");
        Assert.Contains(
            "unable to resolve \"type.googleapis.com/app.Unknown\"",
            error.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        await Http.DeleteAsync("/v1.0/jobs/foreign").SucceedsAsync();
    }

    [Fact]
    public async Task Job_data_without_a_type_is_an_empty_object()
    {
        await ScheduleAsync("untyped", new Any());
        using var answer = await Http.GetAsync("/v1.0/jobs/untyped");
        Assert.Equal("{}", JsonSerializer.Serialize((await answer.JsonAsync()).GetProperty("data")));
        await Http.DeleteAsync("/v1.0/jobs/untyped").SucceedsAsync();
    }

    [Theory]
    [InlineData("""{"dueTime":"24h"}""", """{"constant":{"interval":"1s","maxRetries":3}}""")]
    [InlineData("""{"dueTime":"24h","failurePolicy":{}}""", """{"constant":{"interval":"1s","maxRetries":3}}""")]
    [InlineData("""{"dueTime":"24h","failurePolicy":{"drop":{}}}""", """{"drop":{}}""")]
    public async Task A_job_is_returned_with_its_failure_policy(string body, string policy)
    {
        await Http.SendAsync("POST", "/v1.0-alpha1/jobs/with-policy", """{"dueTime":"24h","overwrite":true}""").SucceedsAsync();
        await Http.DeleteAsync("/v1.0-alpha1/jobs/with-policy").SucceedsAsync();
        await Http.SendAsync("POST", "/v1.0-alpha1/jobs/with-policy", body).SucceedsAsync();
        var job = JsonDocument.Parse(await Http.GetStringAsync("/v1.0-alpha1/jobs/with-policy")).RootElement;
        Assert.Equal(policy, JsonSerializer.Serialize(job.GetProperty("failurePolicy")));
    }

    [Theory]
    [InlineData("x~y")]
    [InlineData("a%2Fb")]
    [InlineData("-")]
    public async Task A_job_name_invalid_for_Daprs_scheduler_is_refused(string name)
    {
        await Http.SendAsync("POST", $"/v1.0/jobs/{name}", """{"dueTime":"24h"}""").FailsAsync(500, "DAPR_SCHEDULER_SCHEDULE_JOB");
        await Http.GetAsync($"/v1.0/jobs/{name}").FailsAsync(500, "DAPR_SCHEDULER_GET_JOB");
        await Http.DeleteAsync($"/v1.0/jobs/{name}").FailsAsync(500, "DAPR_SCHEDULER_DELETE_JOB");
    }

    [Fact]
    public async Task A_job_of_a_gRPC_app_is_triggered_over_gRPC()
    {
        var failure = await fixture.Sidecar.Grpc.ScheduleJobAsync(new()).FailsAsync(StatusCode.InvalidArgument, "Job is empty");
        Assert.Equal("DAPR_SCHEDULER_EMPTY", failure.Reason());
        await using var app = await GrpcApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Resources = [Yaml.Component("store", "state.in-memory", ("actorStateStore", "true"))],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/jobs/remote", """{"dueTime":"0s","data":"text"}""").SucceedsAsync();
        var received = await app.State.Jobs.Reader.ReadAsync().AsTask().OrFail("the gRPC app did not receive its job");
        Assert.Equal(
            ("remote", "job/remote", "type.googleapis.com/google.protobuf.Value", "text"),
            (received.Name, received.Method, received.ContentType, received.Data.Unpack<Value>().StringValue)
        );
    }

    private async Task ScheduleAsync(string name, Any data) =>
        await fixture.Sidecar.Grpc.ScheduleJobAsync(
            new()
            {
                Job = new Job
                {
                    Name = name,
                    DueTime = "24h",
                    Data = data,
                },
            }
        );

    private async Task<bool> IsGoneAsync(string name)
    {
        using var answer = await Http.GetAsync($"/v1.0/jobs/{name}");
        return !answer.IsSuccessStatusCode;
    }

    private static (string?, string?, int, string?, string?) Fields(JsonElement job) =>
        (
            job.GetProperty("name").GetString(),
            job.GetProperty("schedule").GetString(),
            job.GetProperty("repeats").GetInt32(),
            job.GetProperty("ttl").GetString(),
            job.GetProperty("data").GetProperty("value").GetString()
        );
}
