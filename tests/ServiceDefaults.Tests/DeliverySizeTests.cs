using System.Net;
using System.Net.Http.Json;
using Dapr.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

/// <summary>A bulk of events may be longer than what a client may send.</summary>
public sealed class DeliverySizeTests
{
    [Fact]
    public async Task A_bulk_longer_than_a_clients_body_is_delivered()
    {
        await using var app = await HostedApp.StartAsync(
            builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = ServiceHost.MaxBodyBytes);
                builder
                    .Services.AddSingleton(new Handler())
                    .AddSingleton(TimeProvider.System)
                    .AddSingleton(Mock.Of<DaprClient>())
                    .AddSingleton<DeliveryFailures>();
            },
            service =>
            {
                service.MapEvent<Data, Handler>("/events/one", (_, _, _) => Task.FromResult(Delivery.Done));
                service.MapEvents<Data, Handler>("/events/bulk", (_, received, _) =>
                    Task.FromResult<IReadOnlyList<Delivery>>([.. received.Select(_ => Delivery.Done)])
                );
                service.MapSkippedEvents();
                service.MapPost("/orders", (Data data) => data.Text.Length);
            }
        );
        var data = new Data(new string('x', 1000));
        var bulk = new
        {
            entries = Enumerable
                .Range(0, 1000)
                .Select(number => new
                {
                    entryId = $"{number}",
                    @event = new
                    {
                        id = $"{number}",
                        type = "t",
                        data,
                    },
                }),
        };

        foreach (var path in (string[])["/events/one", "/events/bulk", "/events/skip"])
        {
            using var delivered = await app.Http.PostAsJsonAsync(path, bulk);
            Assert.Equal(HttpStatusCode.OK, delivered.StatusCode);
            Assert.DoesNotContain("RETRY", await delivered.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using var order = await app.Http.PostAsJsonAsync("/orders", data with { Text = new string('x', (int)ServiceHost.MaxBodyBytes) });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, order.StatusCode);
    }

    private sealed record Data(string Text);

    private sealed class Handler;
}
