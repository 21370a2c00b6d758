using System.Net.WebSockets;

namespace Console.Tests.Identity;

public sealed class ConnectionOriginTests
{
    [Theory]
    [InlineData("same-site")]
    [InlineData("cross-site")]
    public async Task A_page_of_another_site_can_not_open_a_connection_with_the_persons_cookie(string site)
    {
        await using var console = await HostedConsole.StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(console, site));

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_this_site_opens_a_connection()
    {
        await using var console = await HostedConsole.StartAsync();

        using var opened = await OpenAsync(console, "same-origin");

        Assert.Equal(WebSocketState.Open, opened.State);
    }

    private static async Task<WebSocket> OpenAsync(HostedConsole console, string site)
    {
        using var browser = await console.BrowserAsync();
        using var signedIn = await browser.GetAsync(await console.CallbackAsync(browser, "/orders"));
        var sockets = console.Server.CreateWebSocketClient();
        sockets.ConfigureRequest = request =>
        {
            request.Headers.Cookie = string.Join("; ", signedIn.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
            request.Headers["Sec-Fetch-Site"] = site;
        };
        return await sockets.ConnectAsync(new Uri("ws://localhost/_blazor"), default);
    }
}
