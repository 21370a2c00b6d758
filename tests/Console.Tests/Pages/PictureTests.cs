using System.Globalization;
using EndToEnd.Orders;
using Microsoft.Playwright;

namespace Console.Tests.Pages;

/// <summary>
/// Takes the pictures of the README and measures the delay until a page shows an event. Runs only if <c>CONSOLE_PICTURES</c> names a
/// folder.
/// </summary>
[Collection(OnBrowser.Name)]
public sealed class PictureTests(Browser browser)
{
    private const int Samples = 40;

    private static readonly string? Folder = Environment.GetEnvironmentVariable("CONSOLE_PICTURES") is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : null;

    [SkippableFact]
    public async Task The_pictures_of_the_readme_are_taken()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        Skip.If(Folder is null, "is for CONSOLE_PICTURES, which names the folder of the pictures");
        await using var window = await browser.OpenAsync(
            "/try",
            options: new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 1100, Height = 760 },
                Locale = "en-GB",
            }
        );
        var stuck = await browser.System.Api.PlaceAndEndAsync(
            Api.Order("product-3", quantity: 2, token: "tok_refund_fails", customer: "customer-3")
        );
        foreach (var ending in (string[])["flaky", "declined", "confirmed"])
        {
            await window.Page.Locator("select").First.SelectOptionAsync(ending);
            await window.Page.Locator("select").Nth(1).SelectOptionAsync("both");
            await window.Page.Locator("input[type=number]").FillAsync("40");
            await window.Button("Place orders").ClickAsync();
            await window.SeeAsync("40 of 40 orders have come to their end");
        }
        await window.GoAsync("/");
        await window.Page.Locator(".cells li").Nth(5).WaitForAsync();
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, "console-overview.png") });
        await window.GoAsync($"/orders/{stuck.OrderId}");
        await window.SeeStatusAsync("intervention");
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, "console-order.png") });
        await window.GoAsync("/system");
        await window.Page.Locator(".node-good").Nth(7).WaitForAsync();
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, "console-system.png") });
        Assert.All(Directory.GetFiles(Folder!, "console-*.png"), picture =>
            Assert.True(new FileInfo(picture).Length <= 300 * 1024, picture)
        );
    }

    [SkippableFact]
    public async Task A_page_shows_nineteen_of_twenty_events_within_300_ms()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        Skip.If(Folder is null, "is for CONSOLE_PICTURES: a measurement, for a machine that does nothing else");
        await using var window = await browser.OpenAsync("/orders");
        var late = new List<double>();
        for (var i = 0; i < Samples; i++)
        {
            var order = await browser.System.Api.PlaceAndEndAsync(Api.Order());
            await window.GoAsync($"/orders/{order.OrderId}");
            await window.SeeStatusAsync("confirmed");
            await window.Page.EvaluateAsync(
                "void (window.shown = new Promise(done => new MutationObserver(() => "
                    + "document.querySelector('#events')?.textContent.includes('order.cancellation-requested') && "
                    + "done(Date.now())).observe(document.body, { subtree: true, childList: true, characterData: true })))"
            );
            await browser.System.Api.DoAsync($"/api/orders/{order.OrderId}/cancel");
            var shown = await window.Page.EvaluateAsync<double>("window.shown");
            var published = (await browser.System.Api.ReadAsync<ListOf<Stored>>($"/api/orders/{order.OrderId}/events"))
                .Items.Single(one => one.Event.Type == "order.cancellation-requested")
                .OccurredAt;
            late.Add(shown - published.ToUnixTimeMilliseconds());
        }
        late.Sort();
        await File.WriteAllTextAsync(
            Path.Combine(Folder!, "console-latency.txt"),
            string.Create(CultureInfo.InvariantCulture, $"p50 {late[Samples / 2]:0} ms, p95 {late[(Samples * 95 / 100) - 1]:0} ms\n")
        );
        Assert.True(late[(Samples * 95 / 100) - 1] <= 300, $"p95 is {late[(Samples * 95 / 100) - 1]} ms");
    }

    private sealed record Stored(DateTimeOffset OccurredAt, Named Event);

    private sealed record Named(string Type);
}
