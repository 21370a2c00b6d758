using Dapr.Client;
using EndToEnd.Systems;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Moq;

namespace Console.Tests.Identity;

/// <summary>The console in the process of the tests, without a sidecar, with a provider that signs in everybody.</summary>
internal sealed class HostedConsole : IAsyncDisposable
{
    private readonly WebApplicationFactory<Program> console;

    private HostedConsole(FakeProvider provider, WebApplicationFactory<Program> console) => (Provider, this.console) = (provider, console);

    public FakeProvider Provider { get; }

    public IServiceProvider Services => console.Services;

    public TestServer Server => console.Server;

    public static async Task<HostedConsole> StartAsync(params (string Name, string Value)[] settings)
    {
        var provider = await FakeProvider.StartAsync();
        var dapr = new Mock<DaprClient>();
        dapr.Setup(client => client.CheckOutboundHealthAsync(It.IsAny<CancellationToken>())).ReturnsAsync(true);
        dapr.Setup(client => client.GetSecretAsync("secrets", "console-cookie-key", null, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new Dictionary<string, string> { ["console-cookie-key"] = "a secret of more than thirty-two bytes, for tests" });
        var console = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseContentRoot(AppContext.BaseDirectory)
                .UseEnvironment("Development")
                .UseSetting("Identity:Authority", provider.Authority)
                .ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton(dapr.Object)));
            foreach (var (name, value) in settings)
            {
                host.UseSetting(name, value);
            }
        });
        return new HostedConsole(provider, console);
    }

    /// <summary>A browser that keeps its cookies and follows no redirects, once the console is ready.</summary>
    public async Task<HttpClient> BrowserAsync()
    {
        var browser = console.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        await Wait.UntilAsync("the console has its cookie key", async () =>
        {
            using var health = await browser.GetAsync(new Uri("/healthz", UriKind.Relative));
            return health.IsSuccessStatusCode;
        });
        return browser;
    }

    /// <summary>The address that the provider sends a browser back to after the sign-in.</summary>
    public async Task<Uri> CallbackAsync(HttpClient browser, string back)
    {
        using var challenge = await browser.GetAsync(new Uri($"/session/provider?back={Uri.EscapeDataString(back)}", UriKind.Relative));
        var query = QueryHelpers.ParseQuery(challenge.Headers.Location!.Query);
        (Provider.Challenge, Provider.Nonce) = (query["code_challenge"].ToString(), query["nonce"].ToString());
        return new Uri($"/signin-oidc?code={FakeProvider.Code}&state={Uri.EscapeDataString(query["state"].ToString())}", UriKind.Relative);
    }

    public async ValueTask DisposeAsync()
    {
        await console.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
