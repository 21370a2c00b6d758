using EndToEnd.Orders;
using Microsoft.Playwright;
using Wait = EndToEnd.Systems.Wait;

namespace Console.Tests.Pages;

/// <summary>Tests of the orders' pages in the browser, against the running system.</summary>
[Collection(OnBrowser.Name)]
public sealed class OrderPageTests(Browser browser)
{
    [SkippableFact]
    public async Task The_page_shows_every_ending_of_both_sagas()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        (string Ending, string Status)[] endings =
        [
            ("confirmed", "confirmed"),
            ("declined", "cancelled"),
            ("not-served", "cancelled"),
            ("timeout", "confirmed"),
            ("flaky", "confirmed"),
            ("refund-fails", "intervention"),
        ];
        await using var window = await browser.OpenAsync("/try");
        foreach (var (index, (ending, status)) in endings.Index())
        {
            var count = 2 + (index % 2); // another number than before, so that what is seen is not what the last ending has left
            await window.Page.Locator("select").First.SelectOptionAsync(ending);
            await window.Page.Locator("select").Nth(1).SelectOptionAsync("both");
            await window.Page.Locator("input[type=number]").FillAsync($"{count}");
            await window.Button("Place orders").ClickAsync();
            await window.SeeAsync($"{count} of {count} orders have come to their end");
            Assert.Equal(Enumerable.Repeat(status, count), await window.Page.Locator(".cells .chip").AllInnerTextsAsync());
        }
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task An_order_beyond_the_stock_is_refused_immediately_with_its_reason()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        await using var window = await browser.OpenAsync("/try");
        await window.Page.Locator("select").First.SelectOptionAsync("out-of-stock");
        await window.Button("Place orders").ClickAsync();
        await window.SeeAsync("1 orders were not taken");
        await window.SeeAsync("1 of product-11 are wanted, 0 are left");
    }

    [SkippableFact]
    public async Task An_operators_approval_appears_on_the_open_page_of_the_customer()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var orderId = await browser.System.Api.PlaceAsync(Api.Order("product-10", quantity: 10_000));
        await using var customer = await browser.OpenAsync($"/orders/{orderId}", customer: "customer-1");
        await customer.SeeAsync("waits for approval");
        Assert.Equal(0, await customer.Button("Approve").CountAsync());

        await using var window = await browser.OpenAsync("/work");
        var item = window.Page.Locator("article", new PageLocatorOptions { HasTextString = orderId });
        await item.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();

        await customer.SeeStatusAsync("confirmed");
        await customer.Page.Locator("#events", new PageLocatorOptions { HasTextString = "order.approved" }).WaitForAsync();
    }

    [SkippableFact]
    public async Task Resolving_an_intervention_stores_the_note_under_the_operators_name()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var orderId = await browser.System.Api.PlaceAsync(Api.Order(token: "tok_refund_fails", customer: "customer-3"));
        await using var window = await browser.OpenAsync($"/orders/{orderId}");
        await window.SeeStatusAsync("intervention");

        await window.Page.GetByLabel("Note").FillAsync("paid back by hand");
        await window.Button("Resolved by hand").ClickAsync();

        await window.SeeStatusAsync("cancelled");
        await window.SeeAsync("operator decided: resolved");
        var decided = (await browser.System.Api.OrderAsync(orderId)).Interventions!.Single();
        Assert.Equal(("resolved", "paid back by hand", "operator"), (decided.Decision, decided.Note, decided.Operator));
    }

    [SkippableFact]
    public async Task A_replayed_dead_letter_returns_until_it_is_discarded_with_a_note()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var order = await browser.System.Api.PlaceAndEndAsync(Api.Order("product-6"));
        using (var orders = browser.System.SidecarOf("orders"))
        {
            await orders.InvokeAsync("inventory", $"reservations/{order.OrderId}/release");
        }
        await browser.System.Api.DoAsync($"/api/operations/shipments/{order.OrderId}/ship");
        await using var window = await browser.OpenAsync("/work");
        var letter = window.Page.Locator("article", new PageLocatorOptions { HasTextString = order.OrderId });

        await letter.GetByText("Times 1").WaitForAsync();
        await letter.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Replay" }).ClickAsync();
        await letter.GetByText("Times 2").WaitForAsync();
        await letter.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Discard" }).ClickAsync();
        await letter.GetByText("Say why in the note").WaitForAsync();
        await letter.GetByLabel("Note").FillAsync("lost at sea");
        await letter.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Discard" }).ClickAsync();

        await letter.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
    }

    [SkippableFact]
    public async Task A_customer_sees_only_own_orders_and_no_operations()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var own = await browser.System.Api.PlaceAndEndAsync(Api.Order(customer: "customer-2"));
        var other = await browser.System.Api.PlaceAndEndAsync(Api.Order(customer: "customer-1"));
        await using var window = await browser.OpenAsync("/", customer: "customer-2");

        await window.SeeAsync(own.OrderId);
        Assert.Equal(0, await window.Page.GetByText(other.OrderId).CountAsync());
        Assert.Equal(["Orders", "Stock and catalogue", "Try it"], await window.Page.Locator("nav.pages a").AllInnerTextsAsync());
        foreach (var page in (string[])["/work", "/system"])
        {
            await window.GoAsync(page);
            Assert.Equal("This page is for operators", await window.Heading.InnerTextAsync());
        }
        await window.GoAsync($"/orders/{other.OrderId}");
        await window.SeeAsync($"There is no order “{other.OrderId}”");
    }

    [SkippableFact]
    public async Task A_page_continues_after_the_console_was_killed_and_restarted()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        var orderId = await browser.System.Api.PlaceAsync(Api.Order("product-10", quantity: 10_000));
        await using var window = await browser.OpenAsync($"/orders/{orderId}");
        await window.SeeAsync("waits for approval");

        await browser.System.KillAppAsync("console");
        await window.Page.Locator("#components-reconnect-modal").WaitForAsync();
        await window
            .Page.Locator("#components-reconnect-modal")
            .WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
        await window.SeeAsync("waits for approval");
        await browser.System.Api.DoAsync($"/api/operations/approvals/{orderId}", new { decision = "reject", note = "too dear" });

        await window.SeeStatusAsync("cancelled");
    }

    [SkippableFact]
    public async Task The_gateways_root_redirects_a_browser_to_the_console()
    {
        Skip.If(Browser.Missing is not null, Browser.Missing);
        await using var window = await browser.OpenAsync("/orders");
        await window.Page.GotoAsync(browser.System.Edge.ToString());
        await Wait.UntilAsync("the console's overview is shown", async () => await window.Heading.InnerTextAsync() == "Overview");
    }
}
