using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

/// <summary>An app called "payments" that listens to a topic, one event at a time and in bulk.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private readonly Listener listener = new();
    private readonly HttpClient http = new();
    private WebApplication app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["APP_ID"] = "payments";
        builder.Services.AddSingleton(listener);
        app = builder.Build();
        app.MapEvent<Data, Listener>("/events/one", (one, told, _) => one.Take([told.Data.OrderId], Delivery.Done));
        app.MapEvents<Data, Listener>("/events/bulk", async (one, told, _) => [.. await Task.WhenAll(told.Select(entry => one.Take([entry.Data.OrderId], Delivery.Retry)))]);
        await app.StartAsync();
        http.BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("payments", 1)]
    [InlineData("shipping", 0)]
    public async Task A_replayed_dead_letter_is_handled_by_the_app_that_it_is_meant_for(string? replayFor, int handled)
    {
        var answer = await SendAsync("/events/one", Envelope("o1", replayFor));
        Assert.Equal("SUCCESS", answer.GetProperty("status").GetString());
        Assert.Equal(handled, listener.Taken.Count);
    }

    [Fact]
    public async Task In_a_bulk_every_entry_is_answered_for_itself()
    {
        var answer = await SendAsync("/events/bulk", new { entries = new[] { Entry("1", "o1", null), Entry("2", "o2", "shipping"), Entry("3", "o3", "payments") } });
        Assert.Equal(["1 RETRY", "2 SUCCESS", "3 RETRY"], answer.GetProperty("statuses").EnumerateArray().Select(one => $"{one.GetProperty("entryId").GetString()} {one.GetProperty("status").GetString()}"));
        Assert.Equal(["o1", "o3"], listener.Taken);
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    private async Task<JsonElement> SendAsync(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static object Entry(string entryId, string orderId, string? replayFor) => new { entryId, @event = Envelope(orderId, replayFor) };

    private static object Envelope(string orderId, string? replayFor)
        => replayFor is null ? new { id = orderId, type = "order.created", data = new { orderId } } : new { id = orderId, type = "order.created", replayfor = replayFor, data = new { orderId } };

    private sealed record Data(string OrderId);

    private sealed class Listener
    {
        public List<string> Taken { get; } = [];

        public Task<Delivery> Take(string[] orders, Delivery answer)
        {
            Taken.AddRange(orders);
            return Task.FromResult(answer);
        }
    }
}
