using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;

namespace Console.Tests.Identity;

public sealed class LimitTests
{
    [Fact]
    public async Task Strangers_are_slowed_down_and_the_sidecar_is_not()
    {
        await using var console = await HostedConsole.StartAsync(("Limits:PerAddressBurst", "3"), ("Limits:PerAddressPerSecond", "1"));
        using var browser = await console.BrowserAsync();
        var answers = new List<HttpStatusCode>();
        // The rate lets more than the burst pass while the first, slow answers are made.
        for (var i = 0; i < 20 && !answers.Contains(HttpStatusCode.TooManyRequests); i++)
        {
            using var answer = await browser.GetAsync(new Uri("/sign-in", UriKind.Relative));
            answers.Add(answer.StatusCode);
            Assert.Equal(answer.StatusCode == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], answers.Take(3));
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);

        using var health = await browser.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var callback = await browser.PostAsJsonAsync(new Uri("/events/live", UriKind.Relative), "no event");
        Assert.Equal(HttpStatusCode.BadRequest, callback.StatusCode);
    }

    [Fact]
    public async Task A_user_has_as_many_open_pages_as_the_limit_says_and_still_reads_others()
    {
        await using var console = await HostedConsole.StartAsync(("Limits:StreamsPerCaller", "2"));
        using var browser = await console.BrowserAsync();
        using var signedIn = await browser.GetAsync(await console.CallbackAsync(browser, "/orders"));
        var cookies = string.Join("; ", signedIn.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        var sockets = console.Server.CreateWebSocketClient();
        sockets.ConfigureRequest = request => request.Headers.Cookie = cookies;
        Task<WebSocket> OpenAsync() => sockets.ConnectAsync(new Uri("ws://localhost/_blazor"), default);

        using var first = await OpenAsync();
        using var second = await OpenAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(OpenAsync);
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        using var page = await browser.GetAsync(new Uri("/sign-in", UriKind.Relative));
        Assert.NotEqual(HttpStatusCode.TooManyRequests, page.StatusCode);

        await second.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        using var third = await EndToEnd.Systems.Wait.ForAsync("a place is free", async () =>
        {
            try
            {
                return await OpenAsync();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        });
    }
}
