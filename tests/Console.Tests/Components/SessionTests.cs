using Bunit;
using Console.Identity;
using Console.Live;
using Console.Pages;
using Dapr.Client;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Moq;

namespace Console.Tests.Components;

/// <summary>The person of a page, the token and the cookie.</summary>
public sealed class SessionTests
{
    private const string Secret = "a secret of more than thirty-two bytes, for tests";

    [Fact]
    public async Task A_page_accepts_a_new_token_only_from_the_same_person()
    {
        using var test = new ComponentTest();
        var session = new Session(test.Services.GetRequiredService<AuthenticationStateProvider>());
        var renewals = new Renewals();
        var ticket = renewals.Wait(session, new Person("ada", true));

        Assert.False(renewals.Renew("another ticket", new Person("ada", true), "new"));
        Assert.False(renewals.Renew(ticket, new Person("eve", true), "new"));
        Assert.False(renewals.Renew(ticket, new Person("ada", false), "new"));
        Assert.False(renewals.Renew(ticket, null, "new"));
        Assert.Equal("token of ada", await session.TokenAsync());

        Assert.True(renewals.Renew(ticket, new Person("ada", true), "new"));
        Assert.Equal("new", await session.TokenAsync());
        renewals.Forget(ticket);
        Assert.False(renewals.Renew(ticket, new Person("ada", true), "newer"));
    }

    [Fact]
    public async Task A_cookie_is_readable_only_by_instances_with_the_same_secret()
    {
        var cookie = (await ProtectorAsync(Secret)).Protect("ada");
        Assert.Equal("ada", (await ProtectorAsync(Secret)).Unprotect(cookie));
        var other = await ProtectorAsync($"not {Secret}");
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => other.Unprotect(cookie));
    }

    [Theory]
    [InlineData("development-only, everybody can read this key: a deployment brings its own", "Production", "everybody can read")]
    [InlineData("too short", "Development", "at least 32 bytes")]
    public async Task An_unsafe_secret_is_refused(string secret, string environment, string said) =>
        Assert.Contains(
            said,
            (await Assert.ThrowsAsync<InvalidOperationException>(() => KeyAsync(secret, environment))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_page_reads_again_only_for_events_of_its_own_order()
    {
        using var test = new ComponentTest();
        test.Services.AddOptions<OutsideLinks>();
        test.Gateway.Answers("GET /api/orders/o-1", ComponentTest.Order());
        test.Gateway.Answers("GET /api/orders/o-1/events", new { items = Array.Empty<object>() });
        var page = test.Render<OrderPage>(with => with.AddCascadingValue(test.Text).Add(one => one.OrderId, "o-1"));
        page.WaitForAssertion(() => Assert.Contains("confirmed", page.Find(".chip").TextContent, StringComparison.Ordinal));
        test.Gateway.Answers("GET /api/orders/o-1", ComponentTest.Order("cancelled"));
        var live = test.Services.GetRequiredService<LiveEvents>();

        live.Publish(new LiveEvent("order.cancelled", "another", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        live.Publish(new LiveEvent("order.cancelled", "o-1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));

        page.WaitForAssertion(() => Assert.Contains("cancelled", page.Find(".chip").TextContent, StringComparison.Ordinal));
        Assert.Equal(2, test.Gateway.Received.Count(one => one.Request == "GET /api/orders/o-1"));
    }

    private static async Task<IDataProtector> ProtectorAsync(string secret)
    {
        var key = await KeyAsync(secret, "Production");
        var services = new ServiceCollection();
        services.AddDataProtection().DisableAutomaticKeyGeneration();
        services.AddOptions<KeyManagementOptions>().Configure(keys => keys.XmlRepository = key);
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector("cookies");
    }

    private static async Task<CookieKey> KeyAsync(string secret, string environment)
    {
        var dapr = new Mock<DaprClient>();
        dapr.Setup(client => client.GetSecretAsync("secrets", "console-cookie-key", null, default))
            .ReturnsAsync(new Dictionary<string, string> { ["console-cookie-key"] = secret });
        var key = new CookieKey(
            dapr.Object,
            Options.Create(new IdentityOptions()),
            Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment)
        );
        await key.RunAsync(CancellationToken.None);
        return key;
    }
}
