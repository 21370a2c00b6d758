using Conformance.Apps;
using Conformance.Running;
using Servers;

namespace Conformance.PubSub;

/// <summary>
/// <c>concurrencyMode</c> of RabbitMQ. daprd's list of metadata names it <c>concurrency</c>, which its driver does not read.
/// </summary>
public sealed class RabbitConcurrencyTests
{
    [SkippableTheory]
    [InlineData("concurrencyMode", true)]
    [InlineData("concurrency", false)]
    public async Task RabbitMQ_delivers_one_event_at_a_time_if_its_concurrencyMode_is_single(string name, bool single)
    {
        Skip.IfNot(RabbitProcess.Missing is null, RabbitProcess.Missing);
        var broker = new RabbitBroker();
        await broker.StartAsync();
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            """
            [{"pubsubname":"events","topic":"slow","route":"/slow"},
             {"pubsubname":"events","topic":"side","route":"/side"}]
            """
        );
        var release = new TaskCompletionSource();
        app.Answers("/slow", (_, _) => release.Task);
        app.Answers("/side", 500);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "one-at-a-time",
                Isolated = true,
                AppPort = app.PortNumber,
                Resources = [broker.Component("events", (name, "single"))],
            }
        );

        // The embedded sidecar delivers events of one subject in order, so each has its own.
        const int published = 8;
        for (var i = 1; i <= published; i++)
        {
            await sidecar
                .Http.SendAsync(
                    "POST",
                    "/v1.0/publish/events/slow",
                    $$"""{"specversion":"1.0","id":"{{i}}","source":"s","type":"t","subject":"{{i}}","data":{{i}}}""",
                    "application/cloudevents+json"
                )
                .SucceedsAsync();
        }
        await app.NextAsync("/slow");
        if (single)
        {
            await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/side", "1").SucceedsAsync();
            for (var attempt = 0; attempt < 3; attempt++)
            {
                await app.NextAsync("/side"); // long enough for the second event of the other topic
            }
            Assert.True(app.GotNothingMore("/slow"));
        }
        else
        {
            await app.NextAsync("/slow"); // while the first one is handled
        }
        release.SetResult();
        for (var left = single ? published - 1 : published - 2; left > 0; left--)
        {
            await app.NextAsync("/slow");
        }
    }
}
