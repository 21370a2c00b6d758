using System.Text.Json.Nodes;
using Sidecar.Go;
using Sidecar.PubSub.Subscribing;

namespace Sidecar.Api.Http;

/// <summary>The answer of <c>GET /v1.0/metadata</c>; empty members are left out, as in daprd.</summary>
internal static class MetadataJson
{
    public static JsonObject Describe(IAppSidecar sidecar)
    {
        var json = new JsonObject { ["id"] = sidecar.Options.AppId, ["runtimeVersion"] = RuntimeVersion.Value };
        AddList(json, "enabledFeatures", sidecar.Configuration.Features.Select(feature => (JsonNode)JsonValue.Create(feature)));
        AddList(
            json,
            "components",
            sidecar.ReportedComponents.Select(component =>
            {
                var described = new JsonObject
                {
                    ["name"] = component.Resource.Name,
                    ["type"] = component.Resource.Type,
                    ["version"] = component.Resource.Version,
                };
                AddList(described, "capabilities", component.Capabilities.Select(capability => (JsonNode)JsonValue.Create(capability)));
                return described;
            })
        );
        json["extended"] = Texts(sidecar.ExtendedMetadata.Append(KeyValuePair.Create("daprRuntimeVersion", RuntimeVersion.Value)));
        AddList(json, "subscriptions", sidecar.Blocks.Subscriptions.Current.Select(Subscription));
        AddList(json, "resiliencies", sidecar.Policies.Names.Select(name => new JsonObject { ["name"] = name }));
        AddList(json, "httpEndpoints", sidecar.Endpoints.Select(endpoint => new JsonObject { ["name"] = endpoint.Name }));
        json["appConnectionProperties"] = Connection(sidecar);
        json["actorRuntime"] = Actors(sidecar);
        AddList(json, "actors", ActiveActors(sidecar));
        if (ActorRuntimeInfo.Workers(sidecar) is > 0 and var workers)
        {
            json["workflows"] = new JsonObject { ["connectedWorkers"] = workers };
        }
        return json;
    }

    private static JsonObject Actors(IAppSidecar sidecar)
    {
        if (!ActorRuntimeInfo.IsRunning(sidecar))
        {
            return new JsonObject { ["runtimeStatus"] = "INITIALIZING", ["hostReady"] = false };
        }
        var actors = new JsonObject
        {
            ["runtimeStatus"] = "RUNNING",
            ["hostReady"] = ActorRuntimeInfo.IsHostReady(sidecar),
            ["placement"] = "placement: connected",
        };
        AddList(actors, "activeActors", ActiveActors(sidecar));
        return actors;
    }

    private static IEnumerable<JsonNode> ActiveActors(IAppSidecar sidecar) =>
        ActorRuntimeInfo
            .ActiveActors(sidecar)
            .Select(type =>
            {
                var counted = new JsonObject { ["type"] = type.Type };
                if (type.Count > 0)
                {
                    counted["count"] = type.Count;
                }
                return (JsonNode)counted;
            });

    private static JsonObject Connection(IAppSidecar sidecar)
    {
        var options = sidecar.Options;
        var connection = new JsonObject();
        if (options.AppPort > 0)
        {
            connection["port"] = options.AppPort;
        }
        connection["protocol"] = options.AppProtocol;
        connection["channelAddress"] = options.AppChannelAddress;
        if (options.MaxConcurrency > 0)
        {
            connection["maxConcurrency"] = options.MaxConcurrency;
        }
        if (options.AppHealthCheck)
        {
            var health = new JsonObject();
            if (!options.AppIsGrpc)
            {
                health["healthCheckPath"] = options.AppHealthCheckPath;
            }
            health["healthProbeInterval"] = GoDuration.Text(options.AppHealthProbeInterval);
            health["healthProbeTimeout"] = GoDuration.Text(options.AppHealthProbeTimeout);
            health["healthThreshold"] = options.AppHealthThreshold;
            connection["health"] = health;
        }
        return connection;
    }

    private static JsonObject Subscription(TopicSubscription subscription)
    {
        var json = new JsonObject { ["pubsubname"] = subscription.PubSub, ["topic"] = subscription.Topic };
        if (subscription.Metadata.Count > 0)
        {
            json["metadata"] = Texts(subscription.Metadata);
        }
        AddList(json, "rules", subscription.Route.Described.Select(Rule));
        json["deadLetterTopic"] = subscription.DeadLetterTopic ?? "";
        json["type"] = subscription.Kind.ToString().ToUpperInvariant();
        return json;
    }

    private static JsonObject Rule((string Match, string Path) rule)
    {
        var json = new JsonObject();
        if (rule.Match.Length > 0)
        {
            json["match"] = rule.Match;
        }
        if (rule.Path.Length > 0)
        {
            json["path"] = rule.Path;
        }
        return json;
    }

    private static JsonObject Texts(IEnumerable<KeyValuePair<string, string>> texts)
    {
        var json = new JsonObject();
        foreach (var (name, value) in texts.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            json[name] = value;
        }
        return json;
    }

    private static void AddList(JsonObject json, string name, IEnumerable<JsonNode> items)
    {
        var list = new JsonArray([.. items]);
        if (list.Count > 0)
        {
            json[name] = list;
        }
    }
}
