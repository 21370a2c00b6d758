using Conformance.Apps;
using Conformance.Running;
using Microsoft.AspNetCore.Http;
using Servers;

namespace Conformance.General;

/// <summary>The shutdown of a sidecar, and its behaviour while its app is unhealthy.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task The_shutdown_API_stops_the_sidecar_gracefully()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { OwnProcess = true });
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains("Daprd shutdown gracefully", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_gRPC_streams_do_not_delay_the_shutdown()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppProtocol = "grpc",
                Resources = [Yaml.Component("events", "pubsub.in-memory")],
            }
        );
        using var stream = sidecar.Grpc.SubscribeTopicEventsAlpha1();
        await stream.RequestStream.WriteAsync(
            new()
            {
                InitialRequest = new() { PubsubName = "events", Topic = "topic" },
            }
        );
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains("Daprd shutdown gracefully", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_without_its_first_message_does_not_delay_the_shutdown()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { OwnProcess = true, Resources = [Yaml.Component("events", "pubsub.in-memory")] }
        );
        using var stream = sidecar.Grpc.SubscribeTopicEventsAlpha1();
        await sidecar.Grpc.GetMetadataAsync(new()); // on the same connection, so the stream has begun
        await sidecar.SignalAsync("INT");
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [Fact]
    public async Task A_blocked_shutdown_does_not_wait_for_an_app_that_is_unhealthy_already()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppPort = app.PortNumber,
                Flags =
                [
                    "--enable-app-health-check",
                    "--app-health-probe-interval=1",
                    "--app-health-threshold=1",
                    "--dapr-block-shutdown-duration=180s",
                ],
            }
        );
        await Eventually.UntilAsync(() => IsCalledAsync(sidecar), "the app was not called although it was healthy");
        app.Answers("/healthz", 500);
        await Eventually.UntilAsync(async () => !await IsCalledAsync(sidecar), "the app was called although it was unhealthy");

        await sidecar.SignalAsync("INT");

        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    private static async Task<bool> IsCalledAsync(TestedSidecar sidecar)
    {
        using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/hi");
        return answer.IsSuccessStatusCode;
    }

    [SkippableFact]
    public async Task An_open_stream_of_server_sent_events_does_not_delay_the_shutdown()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd waits for open streams before it ends");
        await using var app = await HttpApp.StartAsync();
        var never = new TaskCompletionSource();
        app.Answers("/events", async (_, context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await never.Task.WaitAsync(context.RequestAborted);
        });
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { OwnProcess = true, AppPort = app.PortNumber });
        using var request = Answers.Request("GET", $"/v1.0/invoke/{sidecar.AppId}/method/events", headers: ("Accept", "text/event-stream"));
        using var answer = await sidecar.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("data: 1", await lines.ReadLineAsync());

        await sidecar.SignalAsync("INT");

        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains("Daprd shutdown gracefully", sidecar.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Many_subscriptions_with_blocking_reads_do_not_delay_the_shutdown()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            $"[{string.Join(',', Enumerable.Range(0, 10).Select(number => $$"""{"pubsubname":"events","topic":"topic-{{number}}","route":"/events"}"""))}]"
        );
        var events = Yaml.Component(
            "events",
            "pubsub.redis",
            ("redisHost", $"127.0.0.1:{server.Port}"),
            ("redisDB", $"{SharedServers.NextRedisDatabase()}")
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppPort = app.PortNumber,
                Resources = [events],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic-9", "{}").SucceedsAsync();
        await app.NextAsync("/events"); // the last of the subscriptions has begun

        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();

        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains("Daprd shutdown gracefully", sidecar.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", false)]
    [InlineData("INT", true)]
    [InlineData("TERM", false)]
    public async Task A_signal_stops_the_sidecar_gracefully_even_if_its_parent_ignores_signals(string signal, bool ignored)
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { OwnProcess = true, IgnoresInterrupt = ignored });
        await sidecar.SignalAsync(signal);
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains("Daprd shutdown gracefully", sidecar.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_graceful_shutdown_logs_no_error()
    {
        Skip.If(TestedSidecar.IsDaprd, "what daprd logs is its own affair");
        await using var app = await HttpApp.StartAsync();
        app.Subscribes("""[{"pubsubname":"events","topic":"topic","route":"/events"}]""");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                OwnProcess = true,
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("events", "pubsub.sqlite", ("connectionString", "{scratch}/events.db")),
                    Yaml.Component("tick", "bindings.cron", ("schedule", "@every 10ms")),
                ],
                Flags = ["--enable-app-health-check", "--app-health-probe-interval=1"],
            }
        );
        // Before the app was found healthy it has no subscription, and an event has no consumer.
        await Eventually.UntilAsync(
            () => Task.FromResult(sidecar.Output.Contains($"App {sidecar.AppId} is ready", StringComparison.Ordinal)),
            "the app was not found healthy"
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic", "{}").SucceedsAsync();
        await app.NextAsync("/events");
        await sidecar.SignalAsync("TERM");
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.DoesNotContain("level=error", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forced_shutdown_stops_the_sidecar_at_once()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { OwnProcess = true });
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown", null, null, ("dapr-force-shutdown", "true")).SucceedsAsync();
        Assert.Equal(1, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [Fact]
    public async Task An_app_that_fails_its_health_checks_is_not_called_and_the_sidecar_stays_ready()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/healthz", 500);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Flags = ["--enable-app-health-check", "--app-health-probe-interval=1", "--app-health-threshold=1"],
            }
        );
        await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/hi").FailsAsync(500, "ERR_DIRECT_INVOKE");
        app.Answers("/healthz", 200);
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/hi");
                return answer.IsSuccessStatusCode;
            },
            "the app was not called although it was well"
        );
        await sidecar.Http.GetAsync("/v1.0/healthz").SucceedsAsync();
    }

    [Fact]
    public async Task A_gRPC_message_over_the_limit_is_refused()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Yaml.Component("store", "state.in-memory")], Flags = ["--max-body-size=1Ki"] }
        );
        var item = new Dapr.Client.Autogen.Grpc.v1.StateItem { Key = "key", Value = Google.Protobuf.ByteString.CopyFrom(new byte[2048]) };
        await sidecar
            .Grpc.SaveStateAsync(new() { StoreName = "store", States = { item } })
            .FailsAsync(Grpc.Core.StatusCode.ResourceExhausted);
    }
}
