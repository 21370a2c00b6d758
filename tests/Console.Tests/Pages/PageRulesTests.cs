using System.Net;
using EndToEnd.Orders;
using Microsoft.Playwright;

namespace Console.Tests.Pages;

/// <summary>Rules for every page: accessibility, narrow screens, both themes, both languages, headers.</summary>
[Collection(OnBrowser.Name)]
public sealed class PageRulesTests(Browser browser)
{
    private static readonly string[] Pages = ["/", "/orders", "/work", "/stock", "/try", "/system", "/orders/none"];

    [SkippableTheory]
    [InlineData(1200, ColorScheme.Light, "en-GB")]
    [InlineData(360, ColorScheme.Dark, "ja-JP")]
    public async Task No_page_violates_a_rule_of_accessibility_or_its_content_security_policy_or_is_wider_than_its_window(
        int width,
        ColorScheme colours,
        string locale
    )
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var order = await browser.System.Api.PlaceAndEndAsync(Api.Order());
        await using var window = await browser.OpenAsync(
            "/orders",
            options: new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = 800 },
                ColorScheme = colours,
                Locale = locale,
            }
        );
        var violations = new List<string>();
        foreach (var page in Pages.Append($"/orders/{order.OrderId}"))
        {
            await window.GoAsync(page);
            await window.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            violations.AddRange(await window.ViolationsAsync(page));
            var wide = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (wide > width)
            {
                violations.Add($"{page}: {wide} pixels wide");
            }
            Assert.Equal(locale[..2], await window.Page.EvaluateAsync<string>("document.documentElement.lang"));
        }
        Assert.Empty(violations.Distinct());
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task An_image_without_a_text_violates_a_rule()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        await using var window = await browser.OpenAsync("/stock");
        await window.Page.EvaluateAsync("document.querySelector('main').append(new Image())");
        Assert.Contains(await window.ViolationsAsync("/stock"), found => found.StartsWith("/stock: image-alt:", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Times_are_in_the_viewers_zone_and_the_viewer_can_switch_the_language()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var order = await browser.System.Api.PlaceAndEndAsync(Api.Order());
        await using var window = await browser.OpenAsync(
            $"/orders/{order.OrderId}",
            options: new BrowserNewContextOptions { Locale = "en-GB", TimezoneId = "Asia/Tokyo" }
        );
        var time = window.Page.Locator("dl.facts local-time").First;
        var utc = DateTimeOffset.Parse((await time.GetAttributeAsync("datetime"))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains(
            $"{utc.AddHours(9):HH:mm:ss}",
            await time.EvaluateAsync<string>("element => element.shadowRoot.textContent"),
            StringComparison.Ordinal
        );

        await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "日本語" }).ClickAsync();

        await window.SeeAsync("サーガのステップ");
        Assert.Equal($"{browser.Address}/orders/{order.OrderId}", window.Page.Url);
    }

    [SkippableFact]
    public async Task A_page_can_be_used_with_the_keyboard_only()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        await using var window = await browser.OpenAsync("/try");
        await window.Page.Locator("body").FocusAsync();
        await window.Page.Locator("input[type=number]").FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await window.SeeAsync("1 of 1 orders have come to their end");
    }

    [SkippableFact]
    public async Task Cookies_and_headers_protect_the_session()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        await using var window = await browser.OpenAsync("/orders", new BrowserNewContextOptions());
        Assert.All(
            (await window.Page.Context.CookiesAsync()).Where(cookie => cookie.Name.StartsWith(".AspNetCore", StringComparison.Ordinal)),
            cookie => Assert.Equal((true, SameSiteAttribute.Lax), (cookie.HttpOnly, cookie.SameSite))
        );
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var signIn = await http.GetAsync(new Uri($"{browser.Address}/sign-in"));
        var policy = string.Join(';', signIn.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        using var forged = await http.PostAsync(
            new Uri($"{browser.Address}/session"),
            new FormUrlEncodedContent([new("name", "eve"), new("role", "operator")])
        );
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode); // no antiforgery token
        using var unauthorized = await http.PostAsync(new Uri($"{browser.Address}/events/live"), new StringContent("{}"));
        Assert.Equal(HttpStatusCode.Unauthorized, unauthorized.StatusCode); // events come from the sidecar alone
        using var hub = await http.PostAsync(new Uri($"{browser.Address}/_blazor/negotiate?negotiateVersion=1"), null);
        Assert.NotEqual(HttpStatusCode.OK, hub.StatusCode);
    }
}
