using Sidecar.Bindings.Drivers;
using Sidecar.Components;
using Sidecar.ConfigurationStores.Drivers;
using Sidecar.Conversation;
using Sidecar.Cryptography.Drivers;
using Sidecar.Locks.Drivers;
using Sidecar.Middleware.Drivers;
using Sidecar.PubSub.Drivers;
using Sidecar.Secrets.Drivers;
using Sidecar.State.Drivers;

namespace Sidecar.Catalogue;

/// <summary>The table of component types. Metadata names and defaults: Dapr's component reference.</summary>
internal static class Drivers
{
    private static readonly Dictionary<string, Driver> Known = new(StringComparer.Ordinal)
    {
        ["state.in-memory"] = new(StateDrivers.InMemory, "v1"),
        ["state.sqlite"] = new(StateDrivers.Sqlite, "v1"),
        ["state.sqlite3"] = new(StateDrivers.Sqlite, "v1"),
        ["state.redis"] = new(StateDrivers.Redis, "v1"),
        ["state.postgresql"] = new(StateDrivers.Postgres, "v1", "v2"),
        ["state.postgres"] = new(StateDrivers.Postgres, "v1", "v2"),
        ["pubsub.in-memory"] = new(PubSubDrivers.InMemory, "v1"),
        ["pubsub.sqlite"] = new(PubSubDrivers.Sqlite, "v1"),
        ["pubsub.redis"] = new(PubSubDrivers.Redis, "v1"),
        ["pubsub.rabbitmq"] = new(PubSubDrivers.Rabbit, "v1"),
        ["lock.in-memory"] = new(LockDrivers.InMemory, "v1"),
        ["lock.redis"] = new(LockDrivers.Redis, "v1"),
        ["configuration.redis"] = new(ConfigurationDrivers.Redis, "v1"),
        ["configuration.postgresql"] = new(ConfigurationDrivers.Postgres, "v1"),
        ["configuration.postgres"] = new(ConfigurationDrivers.Postgres, "v1"),
        ["conversation.echo"] = new(ConversationDrivers.Echo, "v1"),
        ["conversation.anthropic"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.aws.bedrock"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.deepseek"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.googleai"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.huggingface"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.mistral"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.ollama"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["conversation.openai"] = new(ConversationDrivers.Elsewhere, "v1"),
        ["crypto.dapr.localstorage"] = new(CryptoDrivers.LocalStorage, "v1"),
        ["crypto.dapr.jwks"] = new(CryptoDrivers.Jwks, "v1"),
        ["bindings.cron"] = new(BindingDrivers.Cron, "v1"),
        ["bindings.http"] = new(BindingDrivers.Http, "v1"),
        ["bindings.localstorage"] = new(BindingDrivers.LocalStorage, "v1"),
        ["bindings.postgresql"] = new(BindingDrivers.Postgres, "v1"),
        ["bindings.postgres"] = new(BindingDrivers.Postgres, "v1"),
        ["middleware.http.bearer"] = new(MiddlewareDrivers.Bearer, "v1"),
        ["middleware.http.ratelimit"] = new(MiddlewareDrivers.RateLimit, "v1"),
        ["middleware.http.routeralias"] = new(MiddlewareDrivers.RouteAlias, "v1"),
        ["middleware.http.routerchecker"] = new(MiddlewareDrivers.RouteChecker, "v1"),
        ["middleware.http.uppercase"] = new(MiddlewareDrivers.Uppercase, "v1"),
        ["secretstores.local.env"] = new(SecretDrivers.Environment, "v1"),
        ["secretstores.local.file"] = new(SecretDrivers.File, "v1"),
    };

    public static IEnumerable<string> Types => Known.Keys.Order(StringComparer.Ordinal);

    public static Driver? Find(string type) => Known.GetValueOrDefault(type);
}
