using EndToEnd.Orders;
using EndToEnd.Systems;
using Microsoft.Playwright;

namespace Console.Tests.Pages;

/// <summary>Debian's Chromium, driven by Playwright, and one system for all pages.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string? Chromium = new[]
    {
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    }.FirstOrDefault(File.Exists);

    private readonly Dictionary<string, IBrowserContext> contexts = new(StringComparer.Ordinal);
    private IPlaywright? playwright;
    private IBrowser? browser;
    private OrderSystem? system;

    /// <summary>The reason why the pages can't be tested here; null if they can.</summary>
    public static string? Missing => Chromium is null ? "needs chromium (Debian package chromium)" : null;

    internal OrderSystem System => system!;

    public string Address => $"http://localhost:{System.PortOf("console")}";

    public async Task InitializeAsync()
    {
        if (Chromium is null)
        {
            return;
        }
        system = await OrderSystem.StartAsync(
            folder =>
            {
                folder.Replace("dapr.yaml", "Saga__ApprovalLimit: \"500000000\"", "Saga__ApprovalLimit: \"20000000\"");
                folder.Replace("dapr.yaml", "http://localhost:8080/docs", $"http://localhost:{folder.Ports["gateway"]}/docs");
                folder.Replace("dapr.yaml", "http://localhost:8081", $"http://localhost:{folder.Ports["console"]}");
            },
            SystemHosting.TestProcessExcept("console")
        );
        // The first order after the start is the slowest; on a busy machine it takes longer than the gateway waits.
        await system.Api.EndOfAsync(await system.Api.PlaceStubbornlyAsync(Api.Order(), "warm-up"));
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] }
        );
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }
        playwright?.Dispose();
        if (system is not null)
        {
            await system.DisposeAsync();
        }
    }

    /// <summary>
    /// Opens a page as the operator or as a customer. The windows of a person share their cookies and their cache: only the first signs in
    /// and loads the scripts.
    /// </summary>
    internal async Task<Window> OpenAsync(string path, string? customer = null)
    {
        var person = customer ?? "";
        var signedIn = contexts.GetValueOrDefault(person);
        var context = signedIn
            ?? await NewContextAsync(
                new BrowserNewContextOptions
                {
                    ViewportSize = new ViewportSize { Width = 1200, Height = 900 },
                    Locale = "en-GB",
                }
            );
        var page = await context.NewPageAsync();
        var window = new Window(page, Address, () => page.CloseAsync());
        await (signedIn is null ? window.SignInAsync(path, customer) : window.GoAsync(path));
        contexts[person] = context;
        return window;
    }

    /// <summary>Opens a window with its own cookies, signs in as the operator and opens a page.</summary>
    internal async Task<Window> OpenAsync(string path, BrowserNewContextOptions options)
    {
        var context = await NewContextAsync(options);
        var window = new Window(await context.NewPageAsync(), Address, () => context.CloseAsync());
        await window.SignInAsync(path, customer: null);
        return window;
    }

    private async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options)
    {
        var context = await browser!.NewContextAsync(options);
        context.SetDefaultTimeout(60_000); // other assemblies run beside this one
        return context;
    }
}

[CollectionDefinition(Name)]
public sealed class OnBrowser : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}
