using System.Net.Http.Json;
using System.Text.Json;
using Dapr.Client;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

/// <summary>An app called "payments" that listens to a topic, one event at a time and in bulk.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private readonly Listener listener = new();
    private HostedApp app = null!;

    public async Task InitializeAsync() =>
        app = await HostedApp.StartAsync(
            builder =>
            {
                builder.Configuration["APP_ID"] = "payments";
                builder
                    .Services.AddSingleton(listener)
                    .AddSingleton(TimeProvider.System)
                    .AddSingleton(Mock.Of<DaprClient>())
                    .AddSingleton<DeliveryFailures>();
            },
            service =>
            {
                service.MapEvent<Data, Listener>("/events/one", (one, received, _) => one.TakeAsync(received.Data.OrderId, Delivery.Done));
                service.MapSkippedEvents();
                service.MapEvents<Data, Listener>("/events/bulk", async (one, received, _) =>
                    [.. await Task.WhenAll(received.Select(entry => one.TakeAsync(entry.Data.OrderId, Delivery.Retry)))]
                );
            }
        );

    [Theory]
    [InlineData(null, 1)]
    [InlineData("payments", 1)]
    [InlineData("shipping", 0)]
    public async Task A_replayed_dead_letter_is_handled_only_by_the_app_it_names(string? replayFor, int handled)
    {
        var answer = await SendAsync("/events/one", Envelope("o1", replayFor));
        Assert.Equal("SUCCESS", answer.GetProperty("status").GetString());
        Assert.Equal(handled, listener.Taken.Count);
    }

    [Fact]
    public async Task Each_entry_of_a_bulk_gets_its_own_answer()
    {
        var answer = await SendAsync(
            "/events/bulk",
            new { entries = new[] { Entry("1", "o1", null), Entry("2", "o2", "shipping"), Entry("3", "o3", "payments") } }
        );
        Assert.Equal(["1 RETRY", "2 SUCCESS", "3 RETRY"], Statuses(answer));
        Assert.Equal(["o1", "o3"], listener.Taken);
    }

    [Fact]
    public async Task A_handler_of_single_events_takes_a_bulk_and_answers_each()
    {
        var answer = await SendAsync(
            "/events/one",
            new { entries = new[] { Entry("1", "o1", null), Entry("2", "fails", null), Entry("3", "o3", "shipping") } }
        );
        Assert.Equal(["1 SUCCESS", "2 RETRY", "3 SUCCESS"], Statuses(answer));
        Assert.Equal(["fails", "o1"], listener.Taken.Order());
    }

    [Fact]
    public async Task After_an_event_that_fails_the_later_ones_of_its_subject_wait()
    {
        var answer = await SendAsync(
            "/events/one",
            new { entries = new[] { Entry("1", "fails", null, "s"), Entry("2", "o1", null, "s"), Entry("3", "o2", null, "t") } }
        );
        Assert.Equal(["1 RETRY", "2 RETRY", "3 SUCCESS"], Statuses(answer));
        Assert.Equal(["fails", "o2"], listener.Taken.Order());
    }

    [Fact]
    public async Task Skipped_events_of_a_bulk_are_done()
    {
        var answer = await SendAsync("/events/skip", new { entries = new[] { Entry("1", "o1", null), Entry("2", "o2", null) } });
        Assert.Equal(["1 SUCCESS", "2 SUCCESS"], Statuses(answer));
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    private static IEnumerable<string> Statuses(JsonElement answer) =>
        answer
            .GetProperty("statuses")
            .EnumerateArray()
            .Select(one => $"{one.GetProperty("entryId").GetString()} {one.GetProperty("status").GetString()}");

    private async Task<JsonElement> SendAsync(string path, object body)
    {
        using var answer = await app.Http.PostAsJsonAsync(path, body);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static object Entry(string entryId, string orderId, string? replayFor, string? subject = null) =>
        new { entryId, @event = Envelope(orderId, replayFor, subject) };

    private static Dictionary<string, object> Envelope(string orderId, string? replayFor, string? subject = null)
    {
        var envelope = new Dictionary<string, object>
        {
            ["id"] = orderId,
            ["type"] = "order.created",
            ["data"] = new { orderId },
        };
        if (replayFor is not null)
        {
            envelope["replayfor"] = replayFor;
        }
        if (subject is not null)
        {
            envelope["subject"] = subject;
        }
        return envelope;
    }

    private sealed record Data(string OrderId);

    private sealed class Listener
    {
        public List<string> Taken { get; } = [];

        public Task<Delivery> TakeAsync(string orderId, Delivery answer)
        {
            lock (Taken)
            {
                Taken.Add(orderId);
            }
            return orderId == "fails" ? throw new InvalidOperationException("not today") : Task.FromResult(answer);
        }
    }
}
