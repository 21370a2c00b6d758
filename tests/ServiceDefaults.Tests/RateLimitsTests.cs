using System.Net;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Identity;
using ServiceDefaults.Limits;

namespace ServiceDefaults.Tests;

/// <summary>One customer's orders must not use up what all customers share.</summary>
public sealed class RateLimitsTests
{
    private static readonly LimitOptions Limits = new()
    {
        PerUserPerSecond = 1,
        PerUserBurst = 8,
        OrdersPerUserPerSecond = 1,
        OrdersPerUserBurst = 2,
        OrdersPerUserQueued = 1,
        StreamsPerUserPerSecond = 1,
        StreamsPerUserBurst = 2,
    };

    [Fact]
    public async Task Orders_beyond_the_burst_wait_and_those_beyond_the_queue_are_refused()
    {
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder, OpensStream);
        // Eight, because the rate lets one more pass for each second that the machine stands still.
        var leases = new List<(Task<RateLimitLease> Lease, bool Waits)>();
        for (var number = 0; number < 8; number++)
        {
            var lease = limiter.AcquireAsync(Order("greedy")).AsTask();
            leases.Add((lease, !lease.IsCompleted));
        }

        Assert.Equal([false, false], leases.Take(2).Select(one => one.Waits));
        Assert.True((await leases[0].Lease).IsAcquired && (await leases[1].Lease).IsAcquired);
        Assert.True((await leases.First(one => one.Waits).Lease).IsAcquired);
        var answered = await Task.WhenAll(leases.Where(one => !one.Waits).Select(one => one.Lease));
        Assert.True(answered.First(lease => !lease.IsAcquired).TryGetMetadata(MetadataName.RetryAfter, out _));
    }

    [Fact]
    public async Task Other_requests_and_other_users_do_not_wait_for_them()
    {
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder, OpensStream);
        for (var number = 0; number < 3; number++)
        {
            _ = limiter.AcquireAsync(Order("greedy")).AsTask();
        }

        Assert.True(limiter.AttemptAcquire(Request("greedy", "GET")).IsAcquired);
        Assert.True(limiter.AttemptAcquire(Order("calm")).IsAcquired);
    }

    [Fact]
    public async Task Anonymous_requests_are_limited_by_their_address_alone()
    {
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder, OpensStream);
        var anonymous = new DefaultHttpContext { Request = { Method = "POST" } };

        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(limiter.AttemptAcquire(anonymous).IsAcquired));
    }

    [Fact]
    public async Task A_user_does_not_use_up_the_rate_of_the_address()
    {
        await using var limiter = RateLimits.PerAddress(new LimitOptions { PerAddressPerSecond = 1, PerAddressBurst = 2 }, _ => false);
        var anonymous = new DefaultHttpContext { Request = { Method = "GET" } };

        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(limiter.AttemptAcquire(Request("greedy", "GET")).IsAcquired));

        PassesTwice(() => limiter.AttemptAcquire(anonymous));
    }

    [Fact]
    public async Task New_customers_have_a_rate_per_address_whoever_registers_them()
    {
        await using var limiter = RateLimits.PerAddress(
            new LimitOptions { RegistrationsPerAddressPerSecond = 1, RegistrationsPerAddressBurst = 2 },
            context => HttpMethods.IsPost(context.Request.Method)
        );

        var user = 0;
        PassesTwice(() => limiter.AttemptAcquire(Request($"user-{user++}", "POST")));

        Assert.True(limiter.AttemptAcquire(Request("user-0", "GET")).IsAcquired);
    }

    [Fact]
    public async Task Streams_that_a_user_opens_have_a_rate_of_their_own_and_do_not_wait()
    {
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder, OpensStream);

        PassesTwice(() => limiter.AttemptAcquire(Stream("greedy")));

        RateLimitLease last;
        do
        {
            last = await limiter.AcquireAsync(Stream("greedy"));
        } while (last.IsAcquired);
        Assert.True(last.TryGetMetadata(MetadataName.RetryAfter, out _));
        Assert.True(limiter.AttemptAcquire(Request("greedy", "GET")).IsAcquired);
        Assert.True(limiter.AttemptAcquire(Stream("calm")).IsAcquired);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", false)]
    public async Task Only_another_network_of_IPv6_or_another_address_of_IPv4_has_limits_of_its_own(string one, string next, bool admitted)
    {
        // A burst that does not come back while the machine stands still for some seconds: the rate lets one more pass a second.
        const int burst = 60;
        await using var rates = RateLimits.PerAddress(new LimitOptions { PerAddressPerSecond = 1, PerAddressBurst = burst }, _ => false);
        await using var places = new ConcurrencyLimit(permits: 9, queue: 0, permitsPerCaller: 1, queuePerCaller: 0);
        using var first = await places.AcquireAsync(From(one), default);
        using var second = await places.AcquireAsync(From(next), default);

        var passes = new[] { one, next }.Select(PassesWithItsBurst).ToList();

        Assert.Equal([true, admitted], passes);
        Assert.Equal(admitted, !second.CallerHasTooMany);

        bool PassesWithItsBurst(string address) => Enumerable.Range(0, burst).All(_ => rates.AttemptAcquire(From(address)).IsAcquired);
    }

    /// <summary>The burst of two passes, and soon a request is refused: the rate lets one more pass a second.</summary>
    private static void PassesTwice(Func<RateLimitLease> acquire)
    {
        Assert.True(acquire().IsAcquired);
        Assert.True(acquire().IsAcquired);
        Assert.Contains(Enumerable.Range(0, 20).Select(_ => acquire().IsAcquired), passed => !passed);
    }

    private static bool PlacesOrder(HttpContext context) => HttpMethods.IsPost(context.Request.Method);

    private static bool OpensStream(HttpContext context) => context.Request.Path == "/stream";

    private static DefaultHttpContext From(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    private static DefaultHttpContext Stream(string user)
    {
        var context = Request(user, "GET");
        context.Request.Path = "/stream";
        return context;
    }

    private static DefaultHttpContext Order(string user) => Request(user, "POST");

    private static DefaultHttpContext Request(string user, string method) =>
        new() { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Roles.Subject, user)], "test")), Request = { Method = method } };
}
