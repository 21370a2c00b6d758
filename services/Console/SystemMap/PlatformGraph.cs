using ConsoleComponents.Data;
using ConsoleComponents.Graphs;

namespace Console.SystemMap;

/// <summary>The dependency map with the current state of the apps, laid out in columns: apps in call order, then the topics.</summary>
internal static class PlatformGraph
{
    /// <summary>Stored format: the first word of an event's type, for the topic of its context.</summary>
    private static readonly Dictionary<string, string> EventContext = new(StringComparer.Ordinal)
    {
        ["orders"] = "order",
        ["inventory"] = "inventory",
        ["payments"] = "payment",
        ["shipments"] = "shipment",
        ["customers"] = "customer",
    };

    public static Graph Of(
        PlatformMap map,
        IReadOnlyDictionary<string, bool> healthy,
        IReadOnlyDictionary<string, double> eventsPerSecond,
        Func<double, string> rate
    )
    {
        var calls = map.Calls.Where(call => !call.Background).ToLookup(call => call.To, call => call.From, StringComparer.Ordinal);
        var depth = map.Apps.ToDictionary(app => app, app => DepthOf(app, calls));
        var last = depth.Values.Max() + 1;
        var topics = map.Publications.Select(one => PlatformMap.ContextOf(one.Topic)).Distinct().ToList();
        double RateOf(string topic) => eventsPerSecond.GetValueOrDefault(EventContext.GetValueOrDefault(topic, topic));
        return new Graph(
            [
                .. map.Apps.Select(app => new GraphNode(
                    app,
                    app,
                    depth[app],
                    healthy.TryGetValue(app, out var well)
                        ? well
                            ? Tone.Good
                            : Tone.Bad
                        : Tone.Neutral
                )),
                .. topics.Select(topic => new GraphNode($"topic {topic}", topic, last, Tone.Neutral)
                {
                    IsRound = true,
                    Note = RateOf(topic) > 0 ? rate(RateOf(topic)) : null,
                }),
            ],
            [
                .. map.Calls.Select(call => new GraphEdge(call.From, call.To)),
                .. map
                    .Publications.Select(one => (one.App, Topic: PlatformMap.ContextOf(one.Topic)))
                    .Distinct()
                    .Select(one => Event(one.App, $"topic {one.Topic}", RateOf(one.Topic))),
                .. map.Apps.SelectMany(app =>
                    map.ConsumedBy(app)
                        .Select(PlatformMap.ContextOf)
                        .Distinct()
                        .Select(topic => Event($"topic {topic}", app, RateOf(topic)))
                ),
            ]
        );
    }

    private static GraphEdge Event(string from, string to, double rate) => new(from, to) { IsEvent = true, IsLive = rate > 0 };

    /// <summary>The longest chain of calls that leads to an app. Calls form no cycle; the map's own rules check that.</summary>
    private static int DepthOf(string app, ILookup<string, string> callers) =>
        callers[app].Select(caller => DepthOf(caller, callers) + 1).DefaultIfEmpty(0).Max();
}
