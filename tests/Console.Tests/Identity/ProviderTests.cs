using System.Net;
using Console.Identity;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Console.Tests.Identity;

/// <summary>Tests of signing in with an OpenID Connect provider.</summary>
public sealed class ProviderTests : IAsyncLifetime
{
    private HostedConsole? console;

    private FakeProvider Provider => console!.Provider;

    public async Task InitializeAsync() => console = await HostedConsole.StartAsync();

    public async Task DisposeAsync() => await console!.DisposeAsync();

    [Theory]
    [InlineData("operator", true)]
    [InlineData("customer", false)]
    [InlineData(null, false)]
    public async Task A_code_with_its_verifier_signs_in_and_pages_use_the_access_token(string? role, bool isOperator)
    {
        Provider.Role = role;
        using var browser = await console!.BrowserAsync();
        using var signedIn = await browser.GetAsync(await console.CallbackAsync(browser, "/orders?x=1"));

        Assert.Equal((HttpStatusCode.Redirect, "/orders?x=1"), (signedIn.StatusCode, signedIn.Headers.Location!.OriginalString));
        var cookie = signedIn
            .Headers.GetValues("Set-Cookie")
            .Single(one => one.StartsWith(".AspNetCore.Cookies=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeProvider.AccessToken, cookie, StringComparison.Ordinal);

        var session = new Session(Mock.Of<AuthenticationStateProvider>());
        var ticket = console.Services.GetRequiredService<Renewals>().Wait(session, new Person("ada", isOperator));
        using var renewed = await browser.PostAsync(new Uri($"/session/renew/{ticket}", UriKind.Relative), null);
        Assert.Equal((HttpStatusCode.NoContent, FakeProvider.AccessToken), (renewed.StatusCode, await session.TokenAsync()));
    }

    [Fact]
    public async Task The_sign_in_requests_a_code_with_a_challenge_and_the_gateways_audience()
    {
        using var browser = await console!.BrowserAsync();
        using var challenge = await browser.GetAsync(new Uri("/session/provider?back=/orders", UriKind.Relative));
        var query = QueryHelpers.ParseQuery(challenge.Headers.Location!.Query);
        Assert.Equal($"{Provider.Authority}/authorize", challenge.Headers.Location.GetLeftPart(UriPartial.Path));
        Assert.Equal(
            ("code", "S256", "order-platform", "openid profile"),
            (
                query["response_type"].ToString(),
                query["code_challenge_method"].ToString(),
                query["audience"].ToString(),
                query["scope"].ToString()
            )
        );
    }

    [Fact]
    public async Task The_development_sign_in_is_disabled_if_a_provider_is_configured()
    {
        using var browser = await console!.BrowserAsync();
        var page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        Assert.Contains("/session/provider", page, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"/session\"", page, StringComparison.Ordinal);
    }
}
