using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Cel;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Tests.Blocks;

public sealed class PolicyBookTests
{
    private readonly PolicyBook book = new("book-test", [Rules()], new FakeTimeProvider());

    [Fact]
    public async Task Each_method_has_a_breaker_of_its_own()
    {
        await Assert.ThrowsAsync<IOException>(async () => await CallAsync("orders/1", fails: true));

        await Assert.ThrowsAsync<CircuitBreakerRefusedException>(async () => await CallAsync("orders/1", fails: false));
        Assert.True(await CallAsync("orders/2", fails: false));
    }

    [Fact]
    public async Task The_breakers_of_an_app_close_after_a_restart_of_its_process()
    {
        await Assert.ThrowsAsync<IOException>(async () => await CallAsync("orders/1", fails: true));
        await Assert.ThrowsAsync<IOException>(async () => await CallAsync("orders/2", fails: true));

        book.CloseFor("payments", []);
        await Assert.ThrowsAsync<CircuitBreakerRefusedException>(async () => await CallAsync("orders/1", fails: false));

        book.CloseFor("orders", []);
        Assert.True(await CallAsync("orders/1", fails: false));
        Assert.True(await CallAsync("orders/2", fails: false));
    }

    [Fact]
    public async Task Metrics_count_a_thousand_methods_of_an_app_as_one_target()
    {
        for (var i = 0; i < 1000; i++)
        {
            await CallAsync($"orders/{i}", fails: false);
        }
        var series = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "dapr_resiliency_cb_state")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => series += tags.Contains(new("app_id", "book-test")) ? 1 : 0);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(4, series); // closed, half-open, open, unknown
    }

    private ValueTask<bool> CallAsync(string method, bool fails) =>
        book.App("orders", method)!.ExecuteAsync(_ => fails ? throw new IOException("gone") : ValueTask.FromResult(true), default);

    private static ResiliencyRules Rules() =>
        new(
            "rules",
            FrozenDictionary<string, TimeSpan>.Empty,
            FrozenDictionary<string, RetryRule>.Empty,
            new Dictionary<string, BreakerRule>
            {
                ["call"] = new(1, TimeSpan.Zero, TimeSpan.FromSeconds(60), CelExpression.Parse("consecutiveFailures >= 1")),
            },
            new Dictionary<string, PolicyNames> { ["orders"] = new(null, null, "call") },
            FrozenDictionary<string, PolicyNames>.Empty,
            FrozenDictionary<string, ComponentPolicies>.Empty,
            []
        );
}
