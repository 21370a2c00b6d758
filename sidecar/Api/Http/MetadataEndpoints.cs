using System.Text.Json.Nodes;
using Sidecar.Hosting;

namespace Sidecar.Api.Http;

/// <summary>Metadata, health and shutdown over HTTP. Source: Dapr docs, "Metadata API reference", "Health API reference".</summary>
internal static class MetadataEndpoints
{
    public static void MapMetadata(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1.0/metadata", context => context.Response.WriteAsJsonAsync(Describe(context.Sidecar())));
        routes.MapPut("/v1.0/metadata/{key}", async context =>
        {
            context.Sidecar().ExtendedMetadata[context.Route("key")] = System.Text.Encoding.UTF8.GetString(await context.Request.BodyAsync());
            context.Response.StatusCode = 204;
        });
        routes.MapGet("/v1.0/healthz", context =>
        {
            var sidecar = context.Sidecar();
            if (context.Request.Query["appid"].ToString() is { Length: > 0 } asked && asked != sidecar.Options.AppId)
            {
                throw DaprErrors.OtherAppId();
            }
            context.Response.StatusCode = sidecar.Ready ? 204 : throw DaprErrors.NotReady("[app]");
            return Task.CompletedTask;
        });
        routes.MapGet("/v1.0/healthz/outbound", context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        routes.MapPost("/v1.0/shutdown", context =>
        {
            context.Response.StatusCode = 204;
            context.Response.OnCompleted(() =>
            {
                context.RequestServices.GetRequiredService<IHostApplicationLifetime>().StopApplication();
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
    }

    public static JsonObject Describe(AppSidecar sidecar)
    {
        var options = sidecar.Options;
        var connection = new JsonObject
        {
            ["channelAddress"] = options.AppChannelAddress,
            ["protocol"] = options.AppProtocol,
        };
        if (options.AppPort > 0)
        {
            connection["port"] = options.AppPort;
        }
        if (options.MaxConcurrency > 0)
        {
            connection["maxConcurrency"] = options.MaxConcurrency;
        }
        if (options.AppHealthCheck)
        {
            connection["health"] = new JsonObject
            {
                ["healthCheckPath"] = options.AppHealthCheckPath,
                ["healthProbeInterval"] = $"{options.AppHealthProbeInterval.TotalSeconds}s",
                ["healthProbeTimeout"] = $"{options.AppHealthProbeTimeout.TotalMilliseconds}ms",
                ["healthThreshold"] = options.AppHealthThreshold,
            };
        }
        return new JsonObject
        {
            ["id"] = options.AppId,
            ["runtimeVersion"] = RuntimeVersion.Value,
            ["enabledFeatures"] = Texts(sidecar.Configuration.Features),
            ["actors"] = new JsonArray(),
            ["components"] = new JsonArray([.. sidecar.Components.Loaded.Select(component => new JsonObject
            {
                ["name"] = component.Resource.Name,
                ["type"] = component.Resource.Type,
                ["version"] = component.Resource.Version,
                ["capabilities"] = Texts(component.Capabilities),
            })]),
            ["extended"] = new JsonObject([
                .. sidecar.ExtendedMetadata.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)JsonValue.Create(item.Value))),
                .. sidecar.ExtendedMetadata.ContainsKey("daprRuntimeVersion") ? (KeyValuePair<string, JsonNode?>[])[] : [KeyValuePair.Create("daprRuntimeVersion", (JsonNode?)RuntimeVersion.Value)],
            ]),
            ["subscriptions"] = new JsonArray([.. sidecar.Subscriptions.Current.Select(subscription => new JsonObject
            {
                ["pubsubname"] = subscription.PubSub,
                ["topic"] = subscription.Topic,
                ["rules"] = new JsonArray([.. Rules(subscription.Route)]),
                ["deadLetterTopic"] = subscription.DeadLetterTopic ?? "",
                ["metadata"] = subscription.Metadata.Count == 0 ? null : new JsonObject(subscription.Metadata.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)JsonValue.Create(item.Value)))),
                ["type"] = subscription.Kind.ToString().ToUpperInvariant(),
            })]),
            ["appConnectionProperties"] = connection,
            ["actorRuntime"] = new JsonObject
            {
                ["runtimeStatus"] = "RUNNING",
                ["hostReady"] = sidecar.Ready,
                ["placement"] = "",
                ["activeActors"] = new JsonArray(),
            },
        };
    }

    private static IEnumerable<JsonNode> Rules(PubSub.Subscribing.EventRoute route)
    {
        foreach (var (match, path) in route.Rules)
        {
            yield return match.Length == 0 ? new JsonObject { ["path"] = path } : new JsonObject { ["match"] = match, ["path"] = path };
        }
        if (route.Fallback is { Length: > 0 } fallback)
        {
            yield return new JsonObject { ["path"] = fallback };
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);
}
