using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Console.Tests.Pages;

/// <summary>A window of the browser, with the errors of its console.</summary>
internal sealed class Window : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly string address;
    private readonly Func<Task> close;

    public Window(IPage page, string address, Func<Task> close)
    {
        (Page, this.address, this.close) = (page, address, close);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>Errors of the browser's console, including violations of the content security policy.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public async Task SignInAsync(string path, string? customer)
    {
        await Page.GotoAsync(address + path);
        if (customer is not null)
        {
            await Page.Locator("input[list=customers]").FillAsync(customer);
        }
        await Page.Locator("form").Nth(customer is null ? 0 : 1).Locator("button").ClickAsync();
        await Heading.WaitForAsync();
    }

    public ILocator Heading => Page.Locator("main h1");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(address + path);
        await Heading.WaitForAsync();
    }

    public Task SeeAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>The status of the order that the page shows.</summary>
    public Task SeeStatusAsync(string status) =>
        Page.Locator("main > div .chip", new PageLocatorOptions { HasTextString = status }).First.WaitForAsync();

    /// <summary>
    /// The violations that axe finds: page, rule and element. Runs in the page itself; axe's client for Playwright opens a second page for
    /// its results, which costs more than the check.
    /// </summary>
    public async Task<IEnumerable<string>> ViolationsAsync(string page)
    {
        await Page.EvaluateAsync(Axe);
        var found = await Page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
              .flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.html}`))
            """
        );
        return found.Select(violation => $"{page}: {violation}");
    }

    public async ValueTask DisposeAsync() => await close();
}
