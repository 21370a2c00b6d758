using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Reads a Subscription document strictly, <c>v1alpha1</c> (one route) or <c>v2alpha1</c> (rules).</summary>
internal static class SubscriptionReader
{
    public static Subscription? Read(YamlMap document)
    {
        ResourceHeader.Expect(document, "dapr.io/v1alpha1", "dapr.io/v2alpha1");
        var name = ResourceHeader.Name(document);
        var scopes = document.Texts("scopes");
        var spec = document.Map("spec");
        var firstVersion = document.Text("apiVersion") == "dapr.io/v1alpha1";
        document.WarnOfUnknownKeys();
        if (spec is null)
        {
            document.Report("spec", "'spec' is missing: a subscription needs pubsubname, topic and a route");
            return null;
        }
        var pubsub = spec.RequiredText("pubsubname", "the name of a pubsub component");
        var topic = spec.RequiredText("topic", "the topic to subscribe to");
        var deadLetter = spec.Text("deadLetterTopic");
        var metadata = spec.TextMap("metadata");
        var bulk = Bulk(spec.Map("bulkSubscribe"));
        var (rules, fallback) = firstVersion
            ? ([], spec.RequiredText("route", "the path of the app that takes the events"))
            : Routes(spec.Map("routes"), spec);
        spec.WarnOfUnknownKeys();
        return name is null || pubsub is null || topic is null
            ? null
            : new Subscription(name, pubsub, topic, rules, fallback, deadLetter, metadata, bulk, scopes, document.File, document.Line);
    }

    private static (IReadOnlyList<EventRule> Rules, string? Default) Routes(YamlMap? routes, YamlMap spec)
    {
        if (routes is null)
        {
            spec.Report("routes", "'routes' is missing: give rules (match, path) or a default path");
            return ([], null);
        }
        var rules = new List<EventRule>();
        foreach (var rule in routes.Maps("rules"))
        {
            var match = rule.Text("match") ?? "";
            var path = rule.RequiredText("path", "the path of the app that takes matching events");
            rule.WarnOfUnknownKeys();
            if (path is not null)
            {
                rules.Add(new EventRule(match, path));
            }
        }
        var fallback = routes.Text("default");
        routes.WarnOfUnknownKeys();
        return (rules, fallback);
    }

    private static BulkSubscribe? Bulk(YamlMap? bulk)
    {
        if (bulk is null)
        {
            return null;
        }
        var enabled = bulk.Flag("enabled") ?? false;
        var wanted = BulkSubscribe.Of(bulk.Number("maxMessagesCount"), bulk.Number("maxAwaitDurationMs"));
        bulk.WarnOfUnknownKeys();
        return enabled ? wanted : null;
    }
}
