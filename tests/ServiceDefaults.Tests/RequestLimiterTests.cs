using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServiceDefaults.Limits;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Tests;

public sealed class RequestLimiterTests : IAsyncDisposable
{
    private static readonly IServiceProvider Services = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();

    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RequestLimiter limiter = new(
        Options.Create(
            new LimitOptions
            {
                Concurrent = 2,
                Queued = 0,
                ConcurrentPerCaller = 2,
                QueuedPerCaller = 0,
                BodiesPerCaller = 10,
                Waiting = 3,
                WaitingPerCaller = 2,
                Streams = 3,
                StreamsPerCaller = 2,
            }
        )
    );

    [Fact]
    public async Task A_request_whose_body_is_incomplete_holds_no_permit()
    {
        using var slow = new NeverEndingBody();
        var pending = Enumerable.Range(0, 10).Select(_ => Start(Request("slow", body: slow))).ToList();

        var honest = Request("honest");
        await Start(honest, hold: false);

        Assert.Equal(StatusCodes.Status200OK, honest.Response.StatusCode);
        Assert.All(pending, one => Assert.False(one.IsCompleted));
    }

    [Fact]
    public async Task A_caller_with_too_many_incomplete_bodies_is_refused()
    {
        using var slow = new NeverEndingBody();
        _ = Enumerable.Range(0, 10).Select(_ => Start(Request("slow", body: slow))).ToList();

        var beyond = Request("slow", body: slow);
        await Start(beyond);

        Assert.Equal((429, "1"), (beyond.Response.StatusCode, beyond.Response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task Requests_that_wait_for_an_order_do_not_use_ordinary_permits()
    {
        _ = Start(Request("a", prefer: "wait=8"));
        _ = Start(Request("a", prefer: "respond-async, wait=8"));
        var third = Request("a", prefer: "wait=8");
        await Start(third);
        Assert.Equal((429, "1"), (third.Response.StatusCode, third.Response.Headers.RetryAfter.ToString()));

        _ = Start(Request("b", prefer: "wait=8"));
        var beyond = Request("c", prefer: "wait=8");
        await Start(beyond);
        Assert.Equal((503, "1"), (beyond.Response.StatusCode, beyond.Response.Headers.RetryAfter.ToString()));

        var ordinary = Request("a");
        await Start(ordinary, hold: false);
        Assert.Equal(StatusCodes.Status200OK, ordinary.Response.StatusCode);
    }

    [Fact]
    public async Task A_request_that_cannot_wait_uses_an_ordinary_permit_regardless_of_Prefer()
    {
        _ = Start(Request("a", prefer: "wait"));
        _ = Start(Request("a", prefer: "wait=8", marked: false));
        var third = Request("a", prefer: "wait=8", marked: false);
        await Start(third);
        Assert.Equal(429, third.Response.StatusCode);
    }

    [Fact]
    public async Task Event_streams_are_limited_by_caller_and_do_not_use_ordinary_permits()
    {
        _ = Start(Request("a", stream: true));
        _ = Start(Request("a", stream: true));
        var third = Request("a", stream: true);
        await Start(third);
        Assert.Equal(429, third.Response.StatusCode);

        var ordinary = Request("a");
        await Start(ordinary, hold: false);
        Assert.Equal(StatusCodes.Status200OK, ordinary.Response.StatusCode);
    }

    [Fact]
    public async Task A_permit_is_released_when_its_request_ends()
    {
        var first = Start(Request("a"));
        var second = Start(Request("b"));
        var refused = Request("c");
        await Start(refused);
        Assert.Equal(503, refused.Response.StatusCode);

        release.SetResult();
        await Task.WhenAll(first, second);
        var served = Request("c");
        await Start(served, hold: false);
        Assert.Equal(StatusCodes.Status200OK, served.Response.StatusCode);
    }

    [Fact]
    public async Task Callbacks_of_the_sidecar_and_its_health_probe_need_no_permit()
    {
        _ = Start(Request("a"));
        _ = Start(Request("b"));
        var probe = Request("c", marked: false);
        probe.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new SidecarCallback()), null));
        await Start(probe, hold: false);
        Assert.Equal(StatusCodes.Status200OK, probe.Response.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        await limiter.DisposeAsync();
    }

    /// <summary>The request, whose work lasts until the test releases it.</summary>
    private Task Start(HttpContext context, bool hold = true) => limiter.GuardAsync(context, _ => hold ? release.Task : Task.CompletedTask);

    private static DefaultHttpContext Request(
        string user,
        string? prefer = null,
        bool stream = false,
        Stream? body = null,
        bool marked = true
    )
    {
        var context = new DefaultHttpContext
        {
            RequestServices = Services,
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user), new Claim("role", "customer")], "test")),
        };
        context.Request.Path = "/api/orders/o";
        context.Response.Body = new MemoryStream();
        if (prefer is not null)
        {
            context.Request.Headers["Prefer"] = prefer;
        }
        if (marked)
        {
            context.SetEndpoint(
                new Endpoint(null, new EndpointMetadataCollection(stream ? LongLived.Instance : WaitsForEnd.Instance), null)
            );
        }
        if (body is not null)
        {
            context.Request.Body = body;
            context.Features.Set<IHttpRequestBodyDetectionFeature>(new WithBody());
        }
        return context;
    }

    private sealed class WithBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }

    /// <summary>Gives a few bytes, and then nothing more for as long as the test runs.</summary>
    private sealed class NeverEndingBody : MemoryStream
    {
        public NeverEndingBody()
            : base(Encoding.UTF8.GetBytes("{")) { }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
    }
}
