using System.Text;
using System.Text.Json;
using Conformance.Apps;
using Conformance.PubSub;
using Conformance.Running;
using Dapr.Client;

namespace Conformance.State;

public sealed class InMemoryOutboxTests(OutboxSidecar<InMemoryState, InMemoryBroker> fixture)
    : OutboxTests<InMemoryState, InMemoryBroker>(fixture);

public sealed class SqliteOutboxTests(OutboxSidecar<SqliteState, SqliteBroker> fixture) : OutboxTests<SqliteState, SqliteBroker>(fixture);

public sealed class RedisOutboxTests(OutboxSidecar<RedisState, PatientRedisBroker> fixture)
    : OutboxTests<RedisState, PatientRedisBroker>(fixture);

public sealed class PostgresOutboxTests(OutboxSidecar<Postgres2State, RabbitBroker> fixture)
    : OutboxTests<Postgres2State, RabbitBroker>(fixture);

/// <summary>An app whose store has an outbox, and which subscribes to it.</summary>
public sealed class OutboxSidecar<TState, TBroker> : IAsyncLifetime
    where TState : StateDriver, new()
    where TBroker : BrokerDriver, new()
{
    private readonly TState store = new();
    private readonly TBroker broker = new();

    public HttpApp App { get; private set; } = null!;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public string? Missing =>
        store.Missing
        ?? broker.Missing
        ?? (
            TestedSidecar.IsDaprd && broker is InMemoryBroker
                ? "pubsub.in-memory delivers within the publish, so that daprd's outbox waits for a transaction that waits for it"
                : null
        );

    public async Task InitializeAsync()
    {
        if (Missing is not null)
        {
            return; // each test sets it
        }
        await store.StartAsync();
        await broker.StartAsync();
        App = await HttpApp.StartAsync();
        App.Subscribes("""[{"pubsubname":"events","topic":"orders","route":"/orders"}]""");
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "outbox-app",
                Isolated = true,
                AppPort = App.PortNumber,
                Resources =
                [
                    broker.Component("events"),
                    store.Component("store", ("outboxPublishPubsub", "events"), ("outboxPublishTopic", "orders")),
                ],
            }
        );
    }

    public async Task DisposeAsync()
    {
        if (Missing is null)
        {
            await Sidecar.DisposeAsync();
            await App.DisposeAsync();
        }
    }
}

/// <summary>The transactional outbox: the events that a transaction publishes.</summary>
public abstract class OutboxTests<TState, TBroker> : IClassFixture<OutboxSidecar<TState, TBroker>>
    where TState : StateDriver, new()
    where TBroker : BrokerDriver, new()
{
    private readonly OutboxSidecar<TState, TBroker> fixture;

    protected OutboxTests(OutboxSidecar<TState, TBroker> fixture)
    {
        Skip.IfNot(fixture.Missing is null, fixture.Missing);
        this.fixture = fixture;
    }

    [SkippableFact]
    public async Task Every_upsert_is_published_as_an_event_whose_id_is_the_outboxes_own()
    {
        // The content type stands with the projection: state.redis stores a value that has one by a module that is not everywhere.
        await TransactAsync(
            Upsert(
                "a",
                "{\"n\":1}",
                """{"type":"order.created","subject":"a","id":"mine","topic":"mine","pubsubname":"mine","extra":"x","cloudevent.type":"ignored"}"""
            ),
            Projection("a", "{\"n\":1}"),
            Upsert("head", "1", "{}")
        );
        // Events of different subjects come in any order.
        JsonElement[] events = [await NextAsync(), await NextAsync()];
        var (first, second) = (
            events.Single(json => json.TryGetProperty("subject", out _)),
            events.Single(json => !json.TryGetProperty("subject", out _))
        );
        Assert.StartsWith("outbox-", first.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ("outbox-app", "order.created", "a", "x", "ignored", "application/json", "orders", "events"),
            (
                Text(first, "source"),
                Text(first, "type"),
                Text(first, "subject"),
                Text(first, "extra"),
                Text(first, "cloudevent.type"),
                Text(first, "datacontenttype"),
                Text(first, "topic"),
                Text(first, "pubsubname")
            )
        );
        Assert.Equal("{\"n\":1}", first.GetProperty("data").GetRawText());
        Assert.Equal(("com.dapr.event.sent", "1"), (Text(second, "type"), Text(second, "data")));
    }

    [SkippableFact]
    public async Task Deletes_plain_saves_and_failed_transactions_publish_nothing()
    {
        await fixture.Sidecar.Client.SaveStateAsync("store", "plain", 1);
        await TransactAsync("""{"operation":"delete","request":{"key":"plain"}}""");
        await fixture
            .Sidecar.Http.SendAsync(
                "POST",
                "/v1.0/state/store/transaction",
                $$"""{"operations":[{{Upsert("b", "1", "{}", ""","etag":"stale" """)}}]}"""
            )
            .FailsAsync(500, "ERR_STATE_TRANSACTION");
        await TransactAsync(Upsert("marker", "\"marker\"", "{}"));
        Assert.Equal("marker", Text(await NextAsync(), "data"));
    }

    [SkippableTheory]
    [InlineData("{\"n\":1}", "map[n:1]")]
    [InlineData("[1,\"a\",null]", "[1 a <nil>]")]
    [InlineData("\"text\"", "text")]
    public async Task Without_content_type_JSON_over_HTTP_arrives_as_Go_prints_it(string value, string printed)
    {
        await TransactAsync(Upsert("c", value, "{}"));
        var got = await NextAsync();
        Assert.Equal((printed, "text/plain"), (Text(got, "data"), Text(got, "datacontenttype")));
    }

    [SkippableFact]
    public async Task Over_gRPC_bytes_are_text_unless_their_content_type_says_JSON()
    {
        var json = Encoding.UTF8.GetBytes("""{"n":1}""");
        await fixture.Sidecar.Client.ExecuteStateTransactionAsync("store", [new("d", json, StateOperationType.Upsert)]);
        Assert.Equal(
            ("""{"n":1}""", "text/plain"),
            (Text(await NextAsync() is var got ? got : default, "data"), Text(got, "datacontenttype"))
        );
        await fixture.Sidecar.Client.ExecuteStateTransactionAsync(
            "store",
            [
                new(
                    "d",
                    json,
                    StateOperationType.Upsert,
                    metadata: new Dictionary<string, string> { ["datacontenttype"] = "application/json" }
                ),
            ]
        );
        Assert.Equal(
            ("""{"n":1}""", "application/json"),
            (Text(await NextAsync() is var named ? named : default, "data"), Text(named, "datacontenttype"))
        );
        await fixture.Sidecar.Client.ExecuteStateTransactionAsync(
            "store",
            [
                new("d", json, StateOperationType.Upsert),
                new(
                    "d",
                    json,
                    StateOperationType.Upsert,
                    metadata: new Dictionary<string, string> { ["outbox.projection"] = "true", ["contentType"] = "application/json" }
                ),
            ]
        );
        Assert.Equal(JsonValueKind.Object, (await NextAsync()).GetProperty("data").ValueKind);
    }

    [SkippableFact]
    public async Task A_projection_is_published_instead_of_the_stored_value()
    {
        await TransactAsync(
            Upsert("e", "{\"stored\":1}", """{"type":"from.first","contentType":"text/plain"}"""),
            Upsert("e", "{\"published\":1}", """{"outbox.projection":"true","contentType":"application/json","type":"from.projection"}""")
        );
        var got = await NextAsync();
        Assert.Equal(
            ("{\"published\":1}", "from.first", "application/json"),
            (got.GetProperty("data").GetRawText(), Text(got, "type"), Text(got, "datacontenttype"))
        );
        await fixture.Sidecar.Http.GetAsync("/v1.0/state/store/e").SucceedsAsync(200, "{\"stored\":1}");
    }

    private static string Upsert(string key, string value, string metadata, string rest = "") =>
        $$$"""{"operation":"upsert","request":{"key":"{{{key}}}","value":{{{value}}},"metadata":{{{metadata}}}{{{rest}}}}}""";

    private static string Projection(string key, string value) =>
        Upsert(key, value, """{"outbox.projection":"true","contentType":"application/json"}""");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private async Task<JsonElement> NextAsync() => (await fixture.App.NextAsync("/orders")).Json;

    private Task TransactAsync(params string[] operations) =>
        fixture
            .Sidecar.Http.SendAsync("POST", "/v1.0/state/store/transaction", $$"""{"operations":[{{string.Join(',', operations)}}]}""")
            .SucceedsAsync();
}
