using Sidecar.Bindings;
using Sidecar.Bindings.Drivers;
using Sidecar.Locks;
using Sidecar.Locks.Drivers;
using Sidecar.PubSub;
using Sidecar.PubSub.Drivers;
using Sidecar.Secrets.Drivers;
using Sidecar.Sqlite;
using Sidecar.State;
using Sidecar.State.Drivers;

namespace Sidecar.Components;

/// <summary>How a component type is opened, and in which versions.</summary>
internal sealed record Driver(Func<DriverContext, OpenedComponent> Open, params IReadOnlyList<string> Versions);

/// <summary>The table of component types. Metadata names and defaults: Dapr's component reference.</summary>
internal static class Drivers
{
    private static readonly Dictionary<string, Driver> Known = new(StringComparer.Ordinal)
    {
        ["state.in-memory"] = new(context => State(context, new InMemoryStateStore(context.Time)), "v1"),
        ["state.sqlite"] = new(OpenSqliteState, "v1"),
        ["pubsub.in-memory"] = new(context => PubSub(context, new InMemoryPubSub(), "SUBSCRIBE_WILDCARDS"), "v1"),
        ["pubsub.sqlite"] = new(OpenSqlitePubSub, "v1"),
        ["lock.in-memory"] = new(context => Lock(context, new InMemoryLock(context.Time)), "v1"),
        ["bindings.cron"] = new(OpenCron, "v1"),
        ["bindings.http"] = new(context => Binding(context, null, new HttpBinding(HttpBindingOptions.Read(context))), "v1"),
        ["secretstores.local.env"] = new(context => new OpenedComponent(new EnvironmentSecretStore(context.Properties.Text("prefix") ?? "")), "v1"),
        ["secretstores.local.file"] = new(OpenFileSecrets, "v1"),
    };

    public static IEnumerable<string> Types => Known.Keys.Order(StringComparer.Ordinal);

    public static Driver? Find(string type) => Known.GetValueOrDefault(type);

    private static OpenedComponent OpenSqliteState(DriverContext context)
    {
        var connection = context.Properties.Required("connectionString", "data.db");
        var table = Identifier(context, "tableName", "state");
        var metadataTable = Identifier(context, "metadataTableName", "metadata");
        var cleanup = context.Properties.Duration("cleanupInterval", TimeSpan.FromHours(1));
        context.Properties.Duration("timeout", TimeSpan.FromSeconds(20));
        context.Properties.Text("busyTimeout");
        context.Properties.Flag("disableWAL");
        var path = SqlitePath(context, connection);
        return State(context, new SqliteStateStore(SqliteDatabase.At(path), table, metadataTable, cleanup > TimeSpan.Zero ? cleanup : null, context.Time));
    }

    private static OpenedComponent OpenSqlitePubSub(DriverContext context)
    {
        var path = SqlitePath(context, context.Properties.Required("connectionString", "events.db"));
        var consumer = context.Properties.Text("consumerID") is { Length: > 0 } named ? named : context.AppId;
        var interval = context.Properties.Duration("redeliverInterval", TimeSpan.FromSeconds(1));
        var lanes = context.Properties.Number("maxConcurrency", 16);
        return PubSub(context, new SqlitePubSub(SqliteQueue.At(path), consumer, interval, lanes, context.Time, context.Loggers.CreateLogger<SqlitePubSub>()));
    }

    private static OpenedComponent OpenFileSecrets(DriverContext context)
    {
        var file = context.Properties.Required("secretsFile", "secrets.json");
        var separator = context.Properties.Text("nestedSeparator") is { Length: > 0 } given ? given : ":";
        var store = new FileSecretStore(context.PathOf(file), separator, context.Properties.Flag("multiValued"));
        return store.MultipleKeyValues ? new OpenedComponent(store, "MULTIPLE_KEY_VALUES_PER_SECRET") : new OpenedComponent(store);
    }

    private static OpenedComponent OpenCron(DriverContext context)
    {
        var text = context.Properties.Required("schedule", "@every 15s");
        try
        {
            return Binding(context, text.Length == 0 ? null : new CronBinding(CronSchedule.Parse(text), context.Time), null);
        }
        catch (FormatException e)
        {
            context.Properties.Report("schedule", e.Message);
            return Binding(context, null, null);
        }
    }

    /// <summary>Without <c>direction</c> a component goes every way its driver can.</summary>
    private static OpenedComponent Binding(DriverContext context, IInputBinding? input, IOutputBinding? output)
    {
        var route = context.Properties.Text("route") is { Length: > 0 } given ? given : context.Name;
        var directions = (context.Properties.Text("direction") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool Goes(string direction) => directions.Length == 0 || directions.Contains(direction, StringComparer.OrdinalIgnoreCase);
        return new OpenedComponent(new BindingComponent(context.Name, route, directions.Length > 0, Goes("input") ? input : null, Goes("output") ? output : null));
    }

    private static OpenedComponent Lock(DriverContext context, ILockStore store)
    {
        var prefix = context.Properties.Text("keyPrefix");
        if (prefix is not null && LockPrefix.IsIllegal(prefix))
        {
            context.Properties.Report("keyPrefix", $"input key/keyPrefix '{prefix}' can't contain '||'");
        }
        return new OpenedComponent(new LockComponent(context.Name, store, new LockPrefix(prefix, context.AppId, context.Name)));
    }

    private static OpenedComponent State(DriverContext context, IStateStore store)
    {
        var properties = context.Properties;
        var keys = new KeyPrefix(properties.Text("keyPrefix"), context.AppId, context.Name);
        var pubsub = properties.Text("outboxPublishPubsub");
        var topic = properties.Text("outboxPublishTopic");
        var discard = properties.Flag("outboxDiscardWhenMissingState");
        properties.Text("outboxPubsub");
        var outbox = pubsub is { Length: > 0 } && topic is { Length: > 0 } ? new OutboxSettings(pubsub, topic, discard) : null;
        if (outbox is not null && store is not ITransactionalStateStore)
        {
            properties.Report("outboxPublishPubsub", $"{properties.Component.Type} is not transactional, which an outbox needs");
        }
        var actors = properties.Flag("actorStateStore");
        string[] capabilities = ["ETAG", "TRANSACTIONAL", "TTL", "DELETE_WITH_PREFIX", "KEYS_LIKE", .. store is ITransactionalStateStore ? (string[])["ACTOR"] : []];
        return new OpenedComponent(new StateStoreComponent(context.Name, store, keys, actors, outbox), capabilities);
    }

    private static OpenedComponent PubSub(DriverContext context, IPubSub broker, params IReadOnlyList<string> capabilities)
        => new(new PubSubComponent(context.Name, broker, new TopicScopes(context.Properties, context.AppId)), capabilities);

    /// <summary>A file name, a <c>file:</c> URI with options, or <c>:memory:</c>, as Dapr's SQLite components take it.</summary>
    private static string SqlitePath(DriverContext context, string connection)
    {
        var path = connection.StartsWith("file:", StringComparison.Ordinal) ? connection["file:".Length..] : connection;
        path = path.Split('?')[0];
        return path is ":memory:" or "" ? ":memory:" : context.PathOf(path);
    }

    /// <summary>Table names go into SQL as they are, so only plain identifiers pass.</summary>
    private static string Identifier(DriverContext context, string name, string otherwise)
    {
        var given = context.Properties.Text(name) is { Length: > 0 } text ? text : otherwise;
        if (given.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(given[0]))
        {
            return given;
        }
        context.Properties.Report(name, $"'{given}' is no table name; letters, digits and _ are allowed");
        return otherwise;
    }
}
