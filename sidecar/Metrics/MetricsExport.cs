using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Prometheus;

namespace Sidecar.Metrics;

/// <summary>
/// Collects the measurements of this process per app and writes them in Prometheus' text format. An app sees only measurements with its own
/// <c>app_id</c>.
/// </summary>
internal sealed class MetricsExport : IDisposable
{
    private const string AppLabel = "app_id";

    /// <summary>The text format has no room for them, and taking the trace of each measurement costs.</summary>
    private static readonly ExemplarBehavior NoExemplars = ExemplarBehavior.NoExemplars();

    private readonly Dictionary<string, AppMetrics> apps = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();

    /// <param name="meters">The names of the meters that are gathered.</param>
    public MetricsExport(IEnumerable<(string App, MetricsOptions Options)> wanted, IReadOnlyCollection<string> meters)
    {
        foreach (var (app, options) in wanted)
        {
            var registry = Prometheus.Metrics.NewCustomRegistry();
            var factory = Prometheus.Metrics.WithCustomRegistry(registry);
            var memory = factory.CreateGauge("process_resident_memory_bytes", "Resident memory size in bytes.");
            registry.AddBeforeCollectCallback(() => memory.Set(Environment.WorkingSet));
            apps[app] = new AppMetrics(registry, factory, [.. options.LatencyBuckets], options.Rules);
        }
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (meters.Contains(instrument.Meter.Name))
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

    private sealed record AppMetrics(CollectorRegistry Registry, MetricFactory Factory, double[] Buckets, IReadOnlyList<MetricsRule> Rules);

    /// <summary>One instrument and its values by label set. Labels are written in the order of their names, as in daprd.</summary>
    private sealed class Series
    {
        private readonly Instrument instrument;
        private readonly MetricsExport export;
        private readonly ConcurrentDictionary<string, Func<string[], Action<double>>> byApp = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string[], Action<double>> byValues = new(TagValues.Comparer);
        private readonly ConcurrentDictionary<string[], Action<double>>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> known;

        public Series(Instrument instrument, MetricsExport export)
        {
            (this.instrument, this.export) = (instrument, export);
            known = byValues.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        }

        /// <summary>
        /// An instrument's tags come in the same order every time, so a series is found by their values alone, without copying them.
        /// </summary>
        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (!known.TryGetValue(tags, out var record))
            {
                record = byValues.GetOrAdd(TagValues.Of(tags), Create(tags));
            }
            record(value);
        }

        private Action<double> Create(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = TagValues.Of(tags);
            var names = new string[tags.Length];
            for (var i = 0; i < tags.Length; i++)
            {
                names[i] = tags[i].Key;
            }
            var app = Array.IndexOf(names, AppLabel) is >= 0 and var at ? values[at] : null;
            if (app is null || !export.apps.TryGetValue(app, out var mine))
            {
                return static _ => { };
            }
            for (var i = 0; i < names.Length; i++)
            {
                values[i] = MetricsRule.Apply(mine.Rules, instrument.Name, names[i], values[i]);
            }
            Array.Sort(names, values, StringComparer.Ordinal);
            return byApp.GetOrAdd(app, static (id, given) => given.Self.Create(id, given.Names), (Self: this, Names: names))(values);
        }

        private Func<string[], Action<double>> Create(string app, string[] names)
        {
            var (_, factory, buckets, _) = export.apps[app];
            var help = instrument.Description ?? instrument.Name;
            switch (instrument)
            {
                case Histogram<double> measured:
                    var histogram = factory.CreateHistogram(
                        instrument.Name,
                        help,
                        names,
                        new HistogramConfiguration
                        {
                            Buckets = measured.Advice?.HistogramBucketBoundaries is { } own ? [.. own] : buckets,
                            ExemplarBehavior = NoExemplars,
                        }
                    );
                    return values => histogram.WithLabels(values).Observe;
                case ObservableGauge<long>:
                    var gauge = factory.CreateGauge(instrument.Name, help, names);
                    return values => gauge.WithLabels(values).Set;
                default:
                    var counter = factory.CreateCounter(
                        instrument.Name,
                        help,
                        names,
                        new CounterConfiguration { ExemplarBehavior = NoExemplars }
                    );
                    return values => counter.WithLabels(values).Inc;
            }
        }
    }
}
