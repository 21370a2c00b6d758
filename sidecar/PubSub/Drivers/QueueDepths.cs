using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sidecar.Metrics;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// The number of waiting messages in the queues of <c>pubsub.sqlite</c>, counted on each scrape. Other brokers have exporters of their own.
/// </summary>
internal static class QueueDepths
{
    private static readonly Meter Meter = new(SidecarMeter.Name);
    private static readonly ConcurrentDictionary<SqliteSubscription, (string App, string Component)> Open = new();

    static QueueDepths() =>
        Meter.CreateObservableGauge(
            "sidecar_pubsub_queue_depth",
            () => Open.Select(Observe),
            description: "Messages that have not been dealt with."
        );

    public static void Add(SqliteSubscription subscription, string app, string component) => Open[subscription] = (app, component);

    public static void Remove(SqliteSubscription subscription) => Open.TryRemove(subscription, out _);

    private static Measurement<long> Observe(KeyValuePair<SqliteSubscription, (string App, string Component)> open) =>
        new(open.Key.Depth(), new("app_id", open.Value.App), new("component", open.Value.Component), new("topic", open.Key.Topic));
}
