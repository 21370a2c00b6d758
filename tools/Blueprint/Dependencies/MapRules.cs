using System.Text.RegularExpressions;

namespace Blueprint.Dependencies;

/// <summary>Rules for every map; each broken rule is a sentence.</summary>
internal static partial class MapRules
{
    /// <summary>The suffix of a topic for events of choreographed sagas only.</summary>
    private const string Choreography = "-choreography";

    /// <summary>The context by the first part of an event's name; a topic carries the events of one context.</summary>
    private static readonly Dictionary<string, string> TopicOf = new(StringComparer.Ordinal)
    {
        ["order"] = "orders",
        ["inventory"] = "inventory",
        ["payment"] = "payments",
        ["shipment"] = "shipments",
        ["customer"] = "customers",
    };

    public static IReadOnlyList<string> Broken(DependencyMap map) =>
        [
            .. SharedStores(map),
            .. SharedTables(map),
            .. Cycles(map),
            .. UnheardEvents(map),
            .. UnpublishedTopics(map),
            .. UndescribedRules(map),
        ];

    public static bool Carries(string topic, string eventName) =>
        TopicOf.TryGetValue(eventName.Split('.')[0], out var context) && (topic == context || topic == context + Choreography);

    /// <summary>True if an app handles an event and does not skip it. A rule without an event applies to all events of its topic.</summary>
    public static bool Consumes(Consumption consumption, string eventName) =>
        Carries(consumption.Topic, eventName)
        && (
            consumption.All
            || consumption.Rules.Any(rule =>
                Named(rule).ToList() is var names
                && (
                    names.Count == 0
                    || names.Contains(eventName)
                    || rule.Contains("||", StringComparison.Ordinal) && rule.Split("||").Any(part => !Named(part).Any())
                )
            )
        );

    private static IEnumerable<string> SharedStores(DependencyMap map) =>
        map
            .Stores.Where(store => store.Owners.Count != 1)
            .Select(store =>
                $"store '{store.Name}' belongs to "
                + $"{(store.Owners.Count == 0 ? "every app" : string.Join(" and ", store.Owners))}; a store has one owner"
            );

    /// <summary>Stores of one app may share a table: a second component can publish to another topic.</summary>
    private static IEnumerable<string> SharedTables(DependencyMap map) =>
        Shared(map, location => (location.Database, location.Table))
            .Select(group =>
                $"{Owned(group.Stores)} keep their records in one table, '{group.At.Table}' in '{group.At.Database}'; give "
                + "each app a table and a database of its own"
            );

    /// <summary>Databases that hold tables of several apps. The map reports them, but an installation may choose this.</summary>
    public static IReadOnlyList<string> SharedDatabases(DependencyMap map) =>
        [
            .. Shared(map with { Stores = [.. map.Stores.Where(store => store.Location is { MayShareDatabase: false })] }, location =>
                    location.Database
                )
                .Select(group => $"{Owned(group.Stores)} are in one database, '{group.At}'; give each app a database of its own"),
        ];

    private static IEnumerable<(TKey At, List<Store> Stores)> Shared<TKey>(DependencyMap map, Func<StoreLocation, TKey> at) =>
        map
            .Stores.Where(store => store.Location is not null)
            .GroupBy(store => at(store.Location!))
            .Select(group => (group.Key, group.ToList()))
            .Where(group => group.Item2.SelectMany(store => store.Owners).Distinct().Count() > 1);

    private static string Owned(IEnumerable<Store> stores) =>
        string.Join(
            " and ",
            stores
                .GroupBy(store => string.Join("+", store.Owners))
                .Select(group => $"{group.Key} ({string.Join(", ", group.Select(store => store.Name))})")
        );

    private static IEnumerable<string> Cycles(DependencyMap map) =>
        Circle.Find(map.Apps, map.Calls.Where(call => !call.Background).Select(call => (call.From, call.To))) is { } path
            ? [$"apps call each other in a circle: {string.Join(" → ", path)}"]
            : [];

    private static IEnumerable<string> UnheardEvents(DependencyMap map) =>
        map
            .Events.Where(one => !map.Consumptions.Any(consumption => Consumes(consumption, one)))
            .Select(one => $"no app consumes event '{one}'");

    private static IEnumerable<string> UnpublishedTopics(DependencyMap map) =>
        map
            .Consumptions.Select(consumption => consumption.Topic)
            .Where(topic => !topic.EndsWith("-dead-letters", StringComparison.Ordinal))
            .Distinct()
            .Except(map.Publications.Select(publication => publication.Topic))
            .Select(topic => $"topic '{topic}' is consumed and no app publishes to it")
            .Concat(
                map.Publications.Select(publication => publication.Topic)
                    .Distinct()
                    .Where(topic => !map.Events.Any(one => Carries(topic, one)))
                    .Select(topic => $"topic '{topic}' has no event with a schema")
            );

    /// <summary>Every event named by a rule must exist.</summary>
    private static IEnumerable<string> UndescribedRules(DependencyMap map) =>
        map.Consumptions.SelectMany(one =>
            one.Rules.SelectMany(rule =>
                Named(rule)
                    .Where(name => !map.Events.Contains(name))
                    .Select(name => $"{one.App} waits for event '{name}', which has no schema in contracts/events")
            )
        );

    private static IEnumerable<string> Named(string rule) => EventName().Matches(rule).Select(match => match.Groups["name"].Value);

    [GeneratedRegex("\"(?<name>[a-z]+\\.[a-z-]+)\"")]
    private static partial Regex EventName();
}
