using System.Net;
using Console.Identity;
using Dapr.Client;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Moq;

namespace Console.Tests.Identity;

/// <summary>Tests of signing in with an OpenID Connect provider.</summary>
public sealed class ProviderTests : IAsyncLifetime
{
    private FakeProvider? provider;
    private WebApplicationFactory<Program>? console;

    public async Task InitializeAsync()
    {
        provider = await FakeProvider.StartAsync();
        var dapr = new Mock<DaprClient>();
        dapr.Setup(client => client.CheckOutboundHealthAsync(It.IsAny<CancellationToken>())).ReturnsAsync(true);
        dapr.Setup(client => client.GetSecretAsync("secrets", "console-cookie-key", null, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new Dictionary<string, string> { ["console-cookie-key"] = "a secret of more than thirty-two bytes, for tests" });
        console = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
            host.UseContentRoot(AppContext.BaseDirectory)
                .UseEnvironment("Development")
                .UseSetting("Identity:Authority", provider.Authority)
                .ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton(dapr.Object)))
        );
    }

    public async Task DisposeAsync()
    {
        await console!.DisposeAsync();
        await provider!.DisposeAsync();
    }

    [Theory]
    [InlineData("operator", true)]
    [InlineData("customer", false)]
    [InlineData(null, false)]
    public async Task A_code_with_its_verifier_signs_in_and_pages_use_the_access_token(string? role, bool isOperator)
    {
        provider!.Role = role;
        using var browser = await ReadyAsync();
        using var signedIn = await browser.GetAsync(await CallbackAsync(browser, "/orders?x=1"));

        Assert.Equal((HttpStatusCode.Redirect, "/orders?x=1"), (signedIn.StatusCode, signedIn.Headers.Location!.OriginalString));
        var cookie = signedIn
            .Headers.GetValues("Set-Cookie")
            .Single(one => one.StartsWith(".AspNetCore.Cookies=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeProvider.AccessToken, cookie, StringComparison.Ordinal);

        var session = new Session(Mock.Of<AuthenticationStateProvider>());
        var ticket = console!.Services.GetRequiredService<Renewals>().Wait(session, new Person("ada", isOperator));
        using var renewed = await browser.PostAsync(new Uri($"/session/renew/{ticket}", UriKind.Relative), null);
        Assert.Equal((HttpStatusCode.NoContent, FakeProvider.AccessToken), (renewed.StatusCode, await session.TokenAsync()));
    }

    [Fact]
    public async Task The_sign_in_requests_a_code_with_a_challenge_and_the_gateways_audience()
    {
        using var browser = await ReadyAsync();
        using var challenge = await browser.GetAsync(new Uri("/session/provider?back=/orders", UriKind.Relative));
        var query = QueryHelpers.ParseQuery(challenge.Headers.Location!.Query);
        Assert.Equal($"{provider!.Authority}/authorize", challenge.Headers.Location.GetLeftPart(UriPartial.Path));
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
        using var browser = await ReadyAsync();
        var page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        Assert.Contains("/session/provider", page, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"/session\"", page, StringComparison.Ordinal);
    }

    private async Task<HttpClient> ReadyAsync()
    {
        var browser = console!.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        await EndToEnd.Systems.Wait.UntilAsync("the console has its cookie key", async () =>
        {
            using var health = await browser.GetAsync(new Uri("/healthz", UriKind.Relative));
            return health.IsSuccessStatusCode;
        });
        return browser;
    }

    private async Task<Uri> CallbackAsync(HttpClient browser, string back)
    {
        using var challenge = await browser.GetAsync(new Uri($"/session/provider?back={Uri.EscapeDataString(back)}", UriKind.Relative));
        var query = QueryHelpers.ParseQuery(challenge.Headers.Location!.Query);
        (provider!.Challenge, provider.Nonce) = (query["code_challenge"].ToString(), query["nonce"].ToString());
        return new Uri($"/signin-oidc?code={FakeProvider.Code}&state={Uri.EscapeDataString(query["state"].ToString())}", UriKind.Relative);
    }
}
