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
    };

    [Fact]
    public async Task Orders_beyond_the_burst_wait_and_those_beyond_the_queue_are_refused()
    {
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder);
        Assert.True((await limiter.AcquireAsync(Order("greedy"))).IsAcquired);
        Assert.True((await limiter.AcquireAsync(Order("greedy"))).IsAcquired);

        var waiting = limiter.AcquireAsync(Order("greedy")).AsTask();
        var refused = await limiter.AcquireAsync(Order("greedy"));

        Assert.False(waiting.IsCompleted);
        Assert.Equal((false, true), (refused.IsAcquired, refused.TryGetMetadata(MetadataName.RetryAfter, out _)));
        Assert.True((await waiting).IsAcquired);
    }

    [Fact]
    public async Task Other_requests_and_other_users_do_not_wait_for_them()
    {
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder);
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
        await using var limiter = RateLimits.PerUser(Limits, PlacesOrder);
        var anonymous = new DefaultHttpContext { Request = { Method = "POST" } };

        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(limiter.AttemptAcquire(anonymous).IsAcquired));
    }

    [Fact]
    public async Task A_user_does_not_use_up_the_rate_of_the_address()
    {
        await using var limiter = RateLimits.PerAddress(new LimitOptions { PerAddressPerSecond = 1, PerAddressBurst = 2 }, _ => false);
        var anonymous = new DefaultHttpContext { Request = { Method = "GET" } };

        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(limiter.AttemptAcquire(Request("greedy", "GET")).IsAcquired));

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limiter.AttemptAcquire(anonymous).IsAcquired));
    }

    [Fact]
    public async Task New_customers_have_a_rate_per_address_whoever_registers_them()
    {
        await using var limiter = RateLimits.PerAddress(
            new LimitOptions { RegistrationsPerAddressPerSecond = 1, RegistrationsPerAddressBurst = 2 },
            context => HttpMethods.IsPost(context.Request.Method)
        );

        var taken = Enumerable.Range(0, 3).Select(number => limiter.AttemptAcquire(Request($"user-{number}", "POST")).IsAcquired);

        Assert.Equal([true, true, false], taken);
        Assert.True(limiter.AttemptAcquire(Request("user-0", "GET")).IsAcquired);
    }

    private static bool PlacesOrder(HttpContext context) => HttpMethods.IsPost(context.Request.Method);

    private static DefaultHttpContext Order(string user) => Request(user, "POST");

    private static DefaultHttpContext Request(string user, string method) =>
        new() { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Roles.Subject, user)], "test")), Request = { Method = method } };
}
