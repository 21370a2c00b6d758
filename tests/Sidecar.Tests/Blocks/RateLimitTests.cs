using System.Buffers.Binary;
using System.Net;
using Sidecar.Middleware;
using Sidecar.Middleware.Drivers;

namespace Sidecar.Tests.Blocks;

/// <summary>
/// The library measures by the machine's clock and takes no TimeProvider. So the tests use rates so low that no token comes back while they
/// run; only one waits for a token, and it waits for the condition, not for a time.
/// </summary>
public sealed class RateLimitTests
{
    private const double NoneComesBack = 0.0001;
    private const int Invented = 100_000;

    [Theory]
    [InlineData(0.01, 1, 100)]
    [InlineData(0.5, 1, 2)]
    [InlineData(1, 1, 1)]
    [InlineData(2.5, 2, 0.4)]
    [InlineData(100, 100, 0.01)]
    public void A_rate_sets_the_burst_and_the_time_to_the_next_token(double perSecond, int burst, double seconds)
    {
        var options = RateLimit.Options(perSecond);
        Assert.Equal((burst, 1, TimeSpan.FromSeconds(seconds)), (options.TokenLimit, options.TokensPerPeriod, options.ReplenishmentPeriod));
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e300)]
    public async Task An_extreme_rate_still_lets_the_first_request_pass(double perSecond)
    {
        await using var limit = new RateLimit(perSecond);
        Assert.True(await PassesAsync(limit, "10.0.0.1"));
    }

    [Fact]
    public async Task A_caller_over_its_burst_is_refused_with_the_headers_of_daprd()
    {
        await using var limit = new RateLimit(NoneComesBack);
        Assert.True(await PassesAsync(limit, "10.0.0.1"));
        var refusal = await limit.HandleAsync(Request("10.0.0.1"), CancellationToken.None);
        Assert.Equal((429, "You have reached maximum request limit."), (refusal!.Status, refusal.Message));
        Assert.Equal(
            [KeyValuePair.Create("X-Rate-Limit-Limit", "0.00"), KeyValuePair.Create("X-Rate-Limit-Duration", "1")],
            refusal.Headers
        );
    }

    [Fact]
    public async Task A_caller_passes_again_once_a_token_has_come_back()
    {
        await using var limit = new RateLimit(20);
        await UntilAsync(limit, passes: false, "the burst never ended");
        await UntilAsync(limit, passes: true, "no token came back");
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("10.0.0.1", "10.0.255.1")]
    [InlineData("::ffff:10.0.0.1", "::ffff:10.0.0.2")]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1")]
    public async Task Two_addresses_have_separate_rate_limits(string one, string other)
    {
        await using var limit = new RateLimit(NoneComesBack);
        bool[] passed =
        [
            await PassesAsync(limit, one),
            await PassesAsync(limit, other),
            await PassesAsync(limit, one),
            await PassesAsync(limit, other),
        ];
        Assert.Equal((bool[])[true, true, false, false], passed);
    }

    [Theory]
    [InlineData("10.0.0.1", "X-Forwarded-For", "10.0.0.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "10.9.9.9, 10.0.0.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "10.0.0.1:4711")]
    [InlineData("10.0.0.1", "X-Real-IP", "10.0.0.1")]
    [InlineData("10.0.0.1", "X-Forwarded-For", "::ffff:10.0.0.1")]
    [InlineData("2001:db8::1", "X-Forwarded-For", "[2001:db8::2]:4711")]
    public async Task The_forwarded_address_in_a_header_selects_the_rate_limit(string address, string header, string value)
    {
        await using var limit = new RateLimit(NoneComesBack);
        Assert.True(await PassesAsync(limit, address));
        Assert.False(await PassesAsync(limit, "10.7.7.7", (header, value)));
        Assert.True(await PassesAsync(limit, "10.7.7.7"));
    }

    [Fact]
    public async Task Header_texts_that_are_no_address_count_under_the_connections_address()
    {
        await using var limit = new RateLimit(NoneComesBack);
        Assert.Equal(1, await PassingAsync(limit, i => $"caller-{i}"));
    }

    /// <summary>Each bucket lets exactly one request pass, so the requests that pass are the buckets that exist.</summary>
    [Fact]
    public async Task Invented_addresses_make_no_more_than_65536_buckets()
    {
        await using var limit = new RateLimit(NoneComesBack);
        Assert.InRange(await PassingAsync(limit, Address), 1, ushort.MaxValue + 1);
    }

    [Fact]
    public async Task A_request_passes_if_the_component_was_removed_meanwhile()
    {
        var limit = new RateLimit(NoneComesBack);
        Assert.True(await PassesAsync(limit, "10.0.0.1"));
        await limit.DisposeAsync();
        Assert.True(await PassesAsync(limit, "10.0.0.1"));
    }

    private static async Task UntilAsync(RateLimit limit, bool passes, string failure)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (await PassesAsync(limit, "10.0.0.1") != passes)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), failure);
            await Task.Yield();
        }
    }

    private static async Task<int> PassingAsync(RateLimit limit, Func<int, string> forwardedFor)
    {
        var passed = 0;
        for (var i = 0; i < Invented; i++)
        {
            passed += await PassesAsync(limit, "10.0.0.1", ("X-Forwarded-For", forwardedFor(i))) ? 1 : 0;
        }
        return passed;
    }

    private static string Address(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new IPAddress(bytes).ToString();
    }

    private static async Task<bool> PassesAsync(RateLimit limit, string caller, params (string Name, string Value)[] headers) =>
        await limit.HandleAsync(Request(caller, headers), CancellationToken.None) is null;

    private static PipelineRequest Request(string caller, params (string Name, string Value)[] headers) =>
        new("/", "", name => headers.FirstOrDefault(header => header.Name == name).Value ?? "", caller, () => Task.FromResult<byte[]>([]));
}
