using System.Net;
using AngleSharp.Dom;
using Bunit;
using Console.Pages;

namespace Console.Tests.Components;

/// <summary>The replay of all dead letters, page by page.</summary>
public sealed class ReplayTests
{
    private const string Replay = "POST /api/operations/dead-letters/replay";

    [Fact]
    public void A_replay_of_all_dead_letters_sends_requests_until_no_page_is_left()
    {
        using var test = new ComponentTest();
        test.Gateway.Answers(Replay, new { replayed = 100, nextCursor = "a.b" });
        test.Gateway.Answers($"{Replay}?cursor=a.b", new { replayed = 7 });

        var page = ReplayAll(test);

        page.WaitForAssertion(() => Assert.StartsWith("107 events", page.Find("[role=status]").TextContent, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.False(ButtonOf(page).HasAttribute("disabled")));
        Assert.Equal([Replay, $"{Replay}?cursor=a.b"], Sent(test));
    }

    [Fact]
    public void A_replay_whose_second_page_is_refused_shows_the_problem_and_the_replayed_events()
    {
        using var test = new ComponentTest();
        test.Gateway.Answers(Replay, new { replayed = 100, nextCursor = "a.b" });
        test.Gateway.Refuses($"{Replay}?cursor=a.b", HttpStatusCode.BadRequest, "cursor-invalid", "not this one");

        var page = ReplayAll(test);

        page.WaitForAssertion(() => Assert.Contains("not this one", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.StartsWith("100 events", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, Sent(test).Count());
    }

    private static IRenderedComponent<WorkPage> ReplayAll(ComponentTest test)
    {
        foreach (var list in (string[])["approvals?", "interventions?state=open&", "charged-orders?"])
        {
            test.Gateway.Answers($"GET /api/operations/{list}limit=100", new { items = Array.Empty<object>() });
        }
        test.Gateway.Answers(
            "GET /api/operations/dead-letters?state=open&limit=100",
            new
            {
                items = new[]
                {
                    new
                    {
                        id = "inventory.1",
                        app = "inventory",
                        type = "shipment.shipped",
                        topic = "shipments",
                        since = DateTimeOffset.UnixEpoch,
                        times = 1,
                        @event = new { },
                    },
                },
            }
        );
        var page = test.Render<WorkPage>(with => with.AddCascadingValue(test.Text));
        page.WaitForAssertion(() => ButtonOf(page));
        ButtonOf(page).Click();
        return page;
    }

    private static IElement ButtonOf(IRenderedComponent<WorkPage> page) => page.Find("#dead-letters + .actions button");

    private static IEnumerable<string> Sent(ComponentTest test) =>
        test.Gateway.Received.Select(one => one.Request).Where(request => request.StartsWith("POST", StringComparison.Ordinal));
}
