using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Microsoft.AspNetCore.Http;

namespace Conformance.PubSub;

/// <summary>Deliveries that run while their subscription ends or changes.</summary>
public sealed class RunningDeliveryTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<bool> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpApp app = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/slow", async (_, context) =>
        {
            begun.TrySetResult(true);
            await release.Task;
            finished.TrySetResult(!context.RequestAborted.IsCancellationRequested);
        });
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    [SkippableTheory]
    [InlineData("")]
    [InlineData(", bulkSubscribe: { enabled: true, maxMessagesCount: 10, maxAwaitDurationMs: 10 }")]
    public async Task A_removed_subscription_lets_a_running_delivery_finish(string bulk)
    {
        Skip.If(TestedSidecar.IsDaprd && bulk.Length > 0, "daprd cancels the bulk delivery of a removed subscription");
        await using var sidecar = await StartAsync(new SidecarOptions(), Subscription("one", "a", "/slow", bulk));
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/a", "1").SucceedsAsync();
        await begun.Task.OrFail("the app got no event");

        sidecar.Write("", 1);
        await Eventually.UntilAsync(async () => (await TopicsAsync(sidecar)).Length == 0, "the subscription did not end");
        release.SetResult();

        Assert.True(await finished.Task.OrFail("the delivery did not end"), "the delivery was cancelled");
    }

    [Fact]
    public async Task A_running_delivery_finishes_during_a_shutdown()
    {
        var options = new SidecarOptions { OwnProcess = true, Flags = ["--dapr-graceful-shutdown-seconds=30"] };
        await using var sidecar = await StartAsync(options, Subscription("one", "a", "/slow"));
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/a", "1").SucceedsAsync();
        await begun.Task.OrFail("the app got no event");

        await sidecar.SignalAsync("INT");
        await Eventually.UntilAsync(async () => !await IsReadyAsync(sidecar), "the shutdown did not begin");
        release.SetResult();

        Assert.True(await finished.Task.OrFail("the delivery did not end"), "the delivery was cancelled");
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData(", bulkSubscribe: { enabled: true, maxMessagesCount: 10, maxAwaitDurationMs: 10 }")]
    public async Task A_shutdown_does_not_wait_for_the_repetition_of_a_failed_delivery(string bulk)
    {
        Skip.If(TestedSidecar.IsDaprd && bulk.Length == 0, "daprd repeats it until its grace is over, and ends with 1");
        app.Answers("/busy", async (_, context) =>
        {
            context.Response.StatusCode = 503;
            begun.TrySetResult(true);
            await Task.CompletedTask;
        });
        await using var sidecar = await StartAsync(
            new SidecarOptions { OwnProcess = true },
            Subscription("one", "a", "/busy", bulk),
            """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: patient }
            spec:
              policies: { retries: { patient: { policy: constant, duration: 2s, maxRetries: -1 } } }
              targets: { components: { events: { inbound: { retry: patient } } } }
            """
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/a", "1").SucceedsAsync();
        await begun.Task.OrFail("the app got no event");

        await sidecar.SignalAsync("INT");

        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [Fact]
    public async Task A_changed_subscription_follows_the_unchanged_ones_in_metadata()
    {
        await using var sidecar = await StartAsync(
            new SidecarOptions(),
            $"{Subscription("one", "a", "/a")}\n---\n{Subscription("two", "b", "/b")}"
        );
        Assert.Equal(["a", "b"], await TopicsAsync(sidecar));

        sidecar.Write($"{Subscription("one", "c", "/c")}\n---\n{Subscription("two", "b", "/b")}", 1);

        await Eventually.UntilAsync(async () => (await TopicsAsync(sidecar)).SequenceEqual(["b", "c"]), "the order is not b, c");
    }

    private Task<TestedSidecar> StartAsync(SidecarOptions options, params string[] resources) =>
        TestedSidecar.StartAsync(
            options with
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("events", "pubsub.in-memory"), .. resources],
            }
        );

    private static async Task<bool> IsReadyAsync(TestedSidecar sidecar)
    {
        try
        {
            using var answer = await sidecar.Http.GetAsync("/v1.0/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it no longer listens
        }
    }

    private static async Task<string[]> TopicsAsync(TestedSidecar sidecar) =>
        [.. (await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest())).Subscriptions.Select(subscription => subscription.Topic)];

    private static string Subscription(string name, string topic, string path, string bulk = "") =>
        $$"""
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: { name: {{name}} }
            spec: { pubsubname: events, topic: {{topic}}, routes: { default: {{path}} }{{bulk}} }
            """;
}
