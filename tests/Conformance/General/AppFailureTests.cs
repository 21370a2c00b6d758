using System.Net;
using System.Net.Sockets;
using Conformance.Apps;
using Conformance.Running;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.General;

/// <summary>
/// An app exits while its sidecar queries it, or gives unreadable answers: the sidecar continues, and queries it again after its restart.
/// </summary>
public sealed class AppFailureTests
{
    private const string Health = "--enable-app-health-check";
    private static readonly string[] Probed = [Health, "--app-health-probe-interval=1", "--app-health-threshold=1"];

    private static readonly string[] Resources =
    [
        Yaml.Component("events", "pubsub.in-memory"),
        Yaml.Component("tick", "bindings.cron", ("schedule", "@every 100ms")),
        Yaml.Component("store", "state.in-memory", ("actorStateStore", "true")),
    ];

    /// <summary>Each question, with an answer that breaks off before its first byte, or in its middle.</summary>
    public static TheoryData<string, bool, bool> Deaths()
    {
        var deaths = new TheoryData<string, bool, bool>();
        foreach (var path in (string[])["/healthz", "/dapr/config", "/dapr/subscribe", "/tick"])
        {
            foreach (var halfWay in (bool[])[false, true])
            {
                deaths.Add(path, halfWay, true);
                if (path != "/healthz")
                {
                    deaths.Add(path, halfWay, false);
                }
            }
        }
        return deaths;
    }

    [Fact]
    public async Task An_app_that_listens_but_speaks_no_HTTP_does_not_keep_the_API_from_being_ready()
    {
        using var app = new TcpListener(IPAddress.Loopback, Port.Free());
        app.Start();
        using var ending = new CancellationTokenSource();
        var refusing = RefuseAsync(app, ending.Token);
        await using (var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = ((IPEndPoint)app.LocalEndpoint).Port }))
        {
            await sidecar.Http.GetAsync("/v1.0/healthz").SucceedsAsync();
        }
        await ending.CancelAsync();
        await refusing;
    }

    /// <summary>Closes each connection at the first byte.</summary>
    private static async Task RefuseAsync(TcpListener listener, CancellationToken ending)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync(ending);
                await connection.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, ending);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Deaths))]
    public async Task An_app_that_exits_during_its_startup_queries_is_queried_again(string path, bool halfWay, bool healthCheck)
    {
        Skip.If(TestedSidecar.IsDaprd && (!healthCheck || path is "/dapr/config" or "/tick"), "daprd asks once");
        await using var app = await HttpApp.StartAsync();
        Answer(app);
        var deaths = 0;
        var rest = Rest(path);
        app.Answers(path, (request, context) =>
            Interlocked.Increment(ref deaths) <= 2 ? DieAsync(context, halfWay) : rest(request, context)
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = Resources,
                Flags = healthCheck ? Probed : [],
                AwaitReady = false,
            }
        );

        await DeliveredAsync(sidecar, app);

        Assert.Equal("POST", (await NextAsync(app, "/tick", "POST")).Method);
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.PutAsync("/v1.0/actors/Restarted/one/method/add", null);
                return answer.IsSuccessStatusCode;
            },
            "the actors of the app were not hosted"
        );
    }

    [Fact]
    public async Task An_app_that_exits_twice_after_it_was_healthy_is_called_again_once_it_is_back()
    {
        await using var app = await HttpApp.StartAsync();
        Answer(app);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = Resources,
                Flags = Probed,
            }
        );
        await DeliveredAsync(sidecar, app);
        app.Answers("/healthz", (_, context) => DieAsync(context, halfWay: false));
        await Eventually.UntilAsync(async () => !(await InvokedAsync(sidecar)), "the app was called although it was away");

        var requests = 0;
        app.Answers("/dapr/subscribe", (_, context) =>
            Interlocked.Increment(ref requests) == 1 ? DieAsync(context, halfWay: true) : context.Response.WriteAsync(Subscriptions)
        );
        app.Answers("/healthz", 200);

        await Eventually.UntilAsync(() => InvokedAsync(sidecar), "the app was not called although it was back");
        await DeliveredAsync(sidecar, app);
    }

    [Fact]
    public async Task A_gRPC_app_that_exits_while_it_lists_its_subscriptions_is_queried_again()
    {
        var requests = 0;
        await using var app = await GrpcApp.StartAsync(state =>
        {
            state.Subscriptions.Subscriptions.Add(new TopicSubscription { PubsubName = "events", Topic = "topic" });
            state.OnList = context =>
            {
                if (Interlocked.Increment(ref requests) <= 2)
                {
                    context.GetHttpContext().Abort();
                }
            };
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "grpc",
                Resources = Resources[..1],
                AwaitReady = false,
            }
        );

        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic", "{}");
                return app.State.Events.Reader.TryRead(out _);
            },
            "no event reached the app"
        );
    }

    [SkippableTheory]
    [InlineData("/dapr/subscribe", "<!doctype html><html><body>the page of a catch-all route</body></html>")]
    [InlineData("/dapr/subscribe", "{}")]
    [InlineData("/dapr/subscribe", "[null]")]
    [InlineData("/dapr/subscribe", "[1, \"two\"]")]
    [InlineData("/dapr/subscribe", "[{\"pubsubname\":{},\"topic\":[]}]")]
    [InlineData("/dapr/subscribe", "[{\"pubsubname\":\"events\",\"topic\":\"topic\",\"routes\":{\"rules\":[null]}}]")]
    [InlineData(
        "/dapr/subscribe",
        "[{\"pubsubname\":\"events\",\"topic\":\"topic\",\"routes\":{\"rules\":[{\"match\":\"event.type ===\",\"path\":\"/a\"}]}}]"
    )]
    [InlineData("/dapr/config", "<!doctype html><html></html>")]
    [InlineData("/dapr/config", "[]")]
    [InlineData("/dapr/config", "null")]
    [InlineData("/dapr/config", "{\"entities\":\"Restarted\"}")]
    [InlineData("/dapr/config", "{\"entities\":[null]}")]
    [InlineData("/dapr/config", "{\"entities\":[\"Restarted\"],\"entitiesConfig\":[null]}")]
    [InlineData("/dapr/config", "{\"entities\":[\"Restarted\"],\"actorIdleTimeout\":\"soon\"}")]
    public async Task An_unreadable_answer_of_an_app_is_logged_and_the_sidecar_continues(string path, string answer)
    {
        Skip.If(
            TestedSidecar.IsDaprd && answer.Contains("[null]}", StringComparison.Ordinal) && path == "/dapr/subscribe",
            "a rule that is null ends daprd"
        );
        await using var app = await HttpApp.StartAsync();
        app.Answers(path, 200, answer);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [.. Resources, Declared],
                Flags = Probed,
            }
        );

        if (!TestedSidecar.IsDaprd || path != "/dapr/subscribe")
        {
            await DeliveredAsync(sidecar, app, "declared"); // which daprd starts together with the app's own, or not at all
        }
        await Eventually.UntilAsync(() => InvokedAsync(sidecar), "the app was not called");
        Assert.False(sidecar.Ended.IsCompleted);
    }

    private const string Subscriptions = """[{"pubsubname":"events","topic":"topic","route":"/events"}]""";

    private const string Declared = """
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata: { name: declared }
        spec: { pubsubname: events, topic: declared, routes: { default: /events } }
        """;

    private static void Answer(HttpApp app)
    {
        foreach (var path in (string[])["/healthz", "/dapr/config", "/dapr/subscribe", "/tick"])
        {
            app.Answers(path, Rest(path));
        }
    }

    private static Func<Received, HttpContext, Task> Rest(string path) =>
        (_, context) =>
            path switch
            {
                "/dapr/config" => context.Response.WriteAsync("""{"entities":["Restarted"]}"""),
                "/dapr/subscribe" => context.Response.WriteAsync(Subscriptions),
                _ => Task.CompletedTask,
            };

    private static async Task DieAsync(HttpContext context, bool halfWay)
    {
        if (halfWay)
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("[{");
            await context.Response.Body.FlushAsync();
        }
        context.Abort();
    }

    private static async Task DeliveredAsync(TestedSidecar sidecar, HttpApp app, string topic = "topic") =>
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", "{}");
                return !app.GotNothingMore("/events");
            },
            "no event reached the app"
        );

    private static async Task<Received> NextAsync(HttpApp app, string path, string method)
    {
        while (true)
        {
            if (await app.NextAsync(path) is var received && received.Method == method)
            {
                return received;
            }
        }
    }

    private static async Task<bool> InvokedAsync(TestedSidecar sidecar)
    {
        using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/hi");
        return answer.IsSuccessStatusCode;
    }
}
