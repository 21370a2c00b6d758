using Blueprint.Dependencies;
using YamlDotNet.RepresentationModel;

namespace Architecture;

/// <summary>
/// Apps call each other only along the map of dependencies: access lists, topic scopes and resiliency targets are compared with it.
/// </summary>
public sealed class AccessTests
{
    private static readonly IReadOnlyList<string> Apps =
    [
        .. ((YamlSequenceNode)Repository.Yaml("dapr.yaml")["apps"]).Cast<YamlMappingNode>().Select(app => Text(app, "appID")),
    ];
    private static readonly DependencyMap Map = MapReader.Read(Repository.Root);

    public static TheoryData<string> AppIds => [.. Apps];

    public static TheoryData<string, string> BrokerFiles =>
        new()
        {
            { "components/embedded/events.yaml", "default" },
            { "components/redis/events.yaml", "default" },
            { "components/postgres-rabbitmq/events.yaml", "default" },
            { "deploy/overlays/redis/components.yaml", "order-platform" },
            { "deploy/overlays/postgres-rabbitmq/components.yaml", "order-platform" },
        };

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_denies_every_call_but_those_of_the_map(string appId)
    {
        var access = AccessOf($"components/access/{appId}.yaml");
        Assert.Equal("deny", Text(access, "defaultAction"));
        Assert.Equal(
            Map.Calls.Where(call => call.To == appId).Select(call => call.From).Distinct().Order(StringComparer.Ordinal),
            Policies(access).Select(policy => Text(policy, "appId")).Order(StringComparer.Ordinal)
        );
        Assert.All(Policies(access), policy =>
        {
            Assert.Equal("deny", Text(policy, "defaultAction"));
            Assert.NotEmpty((YamlSequenceNode)policy["operations"]);
        });
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void The_cluster_has_the_same_access_list(string appId) =>
        Assert.Equal(Rules(AccessOf($"components/access/{appId}.yaml")), Rules(AccessOf($"deploy/base/{appId}.yaml")));

    [Theory]
    [MemberData(nameof(BrokerFiles))]
    public void An_app_is_granted_the_topics_it_uses_and_no_others(string file, string daprNamespace)
    {
        var broker = Documents(file).Single(document => Text((YamlMappingNode)document["metadata"], "name") == "events");
        var publishing = Grants(broker, "publishingScopes");
        var subscribing = Grants(broker, "subscriptionScopes");
        var shielded = Metadata(broker, "protectedTopics")!.Replace(" ", "", StringComparison.Ordinal).Split(',');
        var topics = Subscriptions.Select(one => one.Topic).Concat(Outboxes.Select(one => one.Topic)).ToHashSet(StringComparer.Ordinal);
        foreach (var app in Apps)
        {
            var dead = Subscriptions.Where(one => one.App == app).Select(one => one.DeadLetters).OfType<string>();
            var own = Outboxes
                .Where(one => one.App == app)
                .SelectMany(one => new[] { one.Topic, $"{daprNamespace}{app}{one.Topic}outbox" }); // the name of daprd's internal topic
            var replays = app == "orders" ? topics.Where(topic => !topic.EndsWith("-dead-letters", StringComparison.Ordinal)) : [];
            Assert.Equal(Sorted([.. dead, .. own, .. replays]), publishing[app]);
            Assert.Equal(Sorted(Subscriptions.Where(one => one.App == app).Select(one => one.Topic)), subscribing[app]);
        }
        Assert.Equal(Sorted(publishing.Values.Concat(subscribing.Values).SelectMany(granted => granted)), Sorted(shielded));
    }

    [Fact]
    public void Every_call_of_the_map_has_a_time_limit()
    {
        // The gateway's streams of orders last as long as their listeners.
        Assert.Empty(
            Map.Calls.Select(call => $"{call.From} → {call.To}").Where(call => call != "gateway → orders-grpc").Except(CallsWith("timeout"))
        );
    }

    /// <summary>
    /// Dapr counts every status but 2xx and 3xx as a failure of the method path: one client with invalid requests would block it for all.
    /// </summary>
    [Fact]
    public void No_breaker_counts_requests_that_come_from_clients()
    {
        Assert.Empty(
            Map.Calls.Where(call => call.From is "gateway" or "console" or "orders-grpc")
                .Select(call => $"{call.From} → {call.To}")
                .Intersect(CallsWith("circuitBreaker"))
        );
    }

    [Fact]
    public void Every_delivery_has_a_time_limit_and_retries_that_outlast_a_restart()
    {
        var retrying = Resiliencies
            .Where(one =>
                Find(one, "spec", "targets", "components", "events", "inbound") is YamlMappingNode inbound
                && inbound.Children.ContainsKey("retry")
                && inbound.Children.ContainsKey("timeout")
            )
            .SelectMany(Scopes)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Subscriptions.Select(one => one.App).Distinct().Except(retrying));
    }

    [Fact]
    public void Policies_name_only_apps_that_exist() =>
        Assert.Empty(
            Resiliencies
                .SelectMany(one => Scopes(one).Concat(Targets(one).Select(target => target.App)))
                .Concat(Apps.SelectMany(app => Policies(AccessOf($"components/access/{app}.yaml")).Select(policy => Text(policy, "appId"))))
                .Except(Apps)
        );

    private static IReadOnlyList<(string App, string Topic, string? DeadLetters)> Subscriptions { get; } =
    [
        .. Shared("Subscription")
            .Select(one =>
                (
                    Scopes(one).Single(),
                    ((YamlScalarNode)one["spec"]["topic"]).Value!,
                    ((YamlMappingNode)one["spec"]).Children.TryGetValue("deadLetterTopic", out var dead)
                        ? ((YamlScalarNode)dead).Value
                        : null
                )
            ),
    ];

    private static IReadOnlyList<(string App, string Topic)> Outboxes { get; } =
    [
        .. Repository
            .Files.Where(file => file.StartsWith("components/embedded/", StringComparison.Ordinal))
            .Select(Repository.Yaml)
            .Where(component => Metadata(component, "outboxPublishTopic") is not null)
            .Select(component => (Scopes(component).Single(), Metadata(component, "outboxPublishTopic")!)),
    ];

    private static IReadOnlyList<YamlMappingNode> Resiliencies { get; } = Shared("Resiliency");

    private static List<YamlMappingNode> Shared(string kind) =>
        [
            .. Repository
                .Files.Where(file =>
                    file.StartsWith("components/", StringComparison.Ordinal)
                    && file.EndsWith(".yaml", StringComparison.Ordinal)
                    && file.Count(c => c == '/') == 1
                )
                .Select(Repository.Yaml)
                .Where(yaml => Text(yaml, "kind") == kind),
        ];

    private static IEnumerable<(string App, YamlMappingNode Rules)> Targets(YamlMappingNode resiliency) =>
        Find(resiliency, "spec", "targets", "apps") is YamlMappingNode apps
            ? apps.Children.Select(app => (((YamlScalarNode)app.Key).Value!, (YamlMappingNode)app.Value))
            : [];

    private static YamlMappingNode AccessOf(string file) =>
        (YamlMappingNode)Documents(file).Single(document => Text(document, "kind") == "Configuration")["spec"]["accessControl"];

    private static IEnumerable<YamlMappingNode> Policies(YamlMappingNode access) =>
        ((YamlSequenceNode)access["policies"]).Cast<YamlMappingNode>();

    /// <summary>Trust domain and namespace differ from place to place; everything else is the same.</summary>
    private static IEnumerable<string> Rules(YamlMappingNode access) =>
        Policies(access)
            .SelectMany(policy =>
                ((YamlSequenceNode)policy["operations"])
                    .Cast<YamlMappingNode>()
                    .Select(operation =>
                        $"{Text(policy, "appId")}: {string.Join(',', (YamlSequenceNode)operation["httpVerb"])} {Text(operation, "name")} {Text(operation, "action")}"
                    )
            );

    private static Dictionary<string, IReadOnlyList<string>> Grants(YamlMappingNode component, string name) =>
        Metadata(component, name)!
            .Replace(" ", "", StringComparison.Ordinal)
            .Split(';')
            .Select(grant => grant.Split('='))
            .ToDictionary(
                grant => grant[0],
                grant => Sorted(grant[1].Split(',', StringSplitOptions.RemoveEmptyEntries)),
                StringComparer.Ordinal
            );

    private static IReadOnlyList<string> Sorted(IEnumerable<string> topics) =>
        [.. topics.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string? Metadata(YamlMappingNode component, string name) =>
        Find(component, "spec", "metadata") is YamlSequenceNode items
        && items.Cast<YamlMappingNode>().FirstOrDefault(item => Text(item, "name") == name) is { } found
            ? Text(found, "value")
            : null;

    private static IEnumerable<string> Scopes(YamlMappingNode resource) =>
        ((YamlSequenceNode)resource["scopes"]).Select(scope => ((YamlScalarNode)scope).Value!);

    private static YamlNode? Find(YamlNode from, params string[] path) =>
        path.Aggregate<string, YamlNode?>(from, (node, key) =>
            node is YamlMappingNode map && map.Children.TryGetValue(key, out var value) ? value : null
        );

    private static string Text(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) && value is YamlScalarNode text ? text.Value! : "";

    /// <summary>The calls between apps that a Resiliency gives this rule.</summary>
    private static HashSet<string> CallsWith(string rule) =>
        Resiliencies
            .SelectMany(one =>
                Scopes(one)
                    .SelectMany(from =>
                        Targets(one).Where(target => target.Rules.Children.ContainsKey(rule)).Select(target => $"{from} → {target.App}")
                    )
            )
            .ToHashSet(StringComparer.Ordinal);

    private static List<YamlMappingNode> Documents(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read(file)));
        return [.. yaml.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }
}
