using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Prometheus;
using Sidecar.Resiliency;
using Sidecar.Workflows;

namespace Sidecar.Metrics;

/// <summary>
/// Gathers what the meters of this process record, for each app by itself, and writes it in Prometheus' text format. An app sees only
/// what carries its own <c>app_id</c>.
/// </summary>
internal sealed class MetricsExport : IDisposable
{
    private const string AppLabel = "app_id";

    /// <summary>The text format has no room for them, and taking the trace of each measurement costs.</summary>
    private static readonly ExemplarBehavior NoExemplars = ExemplarBehavior.NoExemplars();

    private readonly Dictionary<string, (CollectorRegistry Registry, MetricFactory Factory, double[] Buckets)> apps = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();

    public MetricsExport(IEnumerable<(string App, MetricsOptions Options)> wanted)
    {
        foreach (var (app, options) in wanted)
        {
            var registry = Prometheus.Metrics.NewCustomRegistry();
            var factory = Prometheus.Metrics.WithCustomRegistry(registry);
            var memory = factory.CreateGauge("process_resident_memory_bytes", "Resident memory size in bytes.");
            registry.AddBeforeCollectCallback(() => memory.Set(Environment.WorkingSet));
            apps[app] = (registry, factory, [.. options.LatencyBuckets]);
        }
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name is SidecarMeter.Name or PolicyMeter.Name or WorkflowMeter.Name)
            {
                listening.EnableMeasurementEvents(instrument, new Series(instrument, this));
            }
        };
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((Series)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((Series)state!).Record(value, tags));
        if (apps.Count > 0)
        {
            listener.Start(); // otherwise nothing is measured at all
        }
    }

    /// <summary>False: nothing is gathered for this app.</summary>
    public async Task<bool> TryWriteAsync(string app, HttpResponse response, CancellationToken cancellation)
    {
        if (!apps.TryGetValue(app, out var mine))
        {
            return false;
        }
        listener.RecordObservableInstruments();
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await mine.Registry.CollectAndExportAsTextAsync(response.Body, cancellation);
        return true;
    }

    public void Dispose() => listener.Dispose();

    /// <summary>One instrument, and what it has become for each app. Labels are written in the order of their names, as daprd does.</summary>
    private sealed class Series(Instrument instrument, MetricsExport export)
    {
        private readonly ConcurrentDictionary<string, Action<string[], double>> byApp = new(StringComparer.Ordinal);
        private (string[] Names, int[] Order)? labels;

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var (names, order) = labels ??= Sort(tags);
            var values = new string[order.Length];
            string? app = null;
            for (var i = 0; i < order.Length; i++)
            {
                var tag = tags[order[i]];
                values[i] = tag.Value as string ?? tag.Value?.ToString() ?? "";
                app = tag.Key == AppLabel ? values[i] : app;
            }
            if (app is not null && export.apps.ContainsKey(app))
            {
                byApp.GetOrAdd(app, static (id, at) => at.Self.Create(id, at.Names), (Self: this, Names: names))(values, value);
            }
        }

        private Action<string[], double> Create(string app, string[] names)
        {
            var (_, factory, buckets) = export.apps[app];
            var help = instrument.Description ?? instrument.Name;
            switch (instrument)
            {
                case Histogram<double>:
                    var histogram = factory.CreateHistogram(instrument.Name, help, names, new HistogramConfiguration { Buckets = buckets, ExemplarBehavior = NoExemplars });
                    return (values, value) => histogram.WithLabels(values).Observe(value);
                case ObservableGauge<long>:
                    var gauge = factory.CreateGauge(instrument.Name, help, names);
                    return (values, value) => gauge.WithLabels(values).Set(value);
                default:
                    var counter = factory.CreateCounter(instrument.Name, help, names, new CounterConfiguration { ExemplarBehavior = NoExemplars });
                    return (values, value) => counter.WithLabels(values).Inc(value);
            }
        }

        private static (string[], int[]) Sort(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var names = new string[tags.Length];
            var order = new int[tags.Length];
            for (var i = 0; i < tags.Length; i++)
            {
                (names[i], order[i]) = (tags[i].Key, i);
            }
            Array.Sort(names, order, StringComparer.Ordinal);
            return (names, order);
        }
    }
}
