using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Actors;

/// <summary>State transactions of an actor: their ETags and their mistakes.</summary>
public sealed class ActorStateTests : IAsyncLifetime
{
    private const string Actor = "/v1.0/actors/StateKeeper/a";
    private const string Failed = "error saving actor transaction state: ";

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["StateKeeper"]}""");
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("actors", "state.sqlite", ("connectionString", "{scratch}/keeper.db"), ("actorStateStore", "true")),
                ],
            }
        );
        await sidecar.Http.SendAsync("PUT", $"{Actor}/method/wake").SucceedsAsync(200);
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"operation":"upsert","request":{"key":"k","value":2,"etag":"stale"}}""")]
    [InlineData("""{"operation":"delete","request":{"key":"k","etag":"stale"}}""")]
    public async Task A_stale_ETag_fails_the_transaction(string operation)
    {
        await WriteAsync("""[{"operation":"upsert","request":{"key":"k","value":1,"etag":""}}]""").SucceedsAsync();
        await WriteAsync($$$"""[{"operation":"upsert","request":{"key":"other","value":1}},{{{operation}}}]""")
            .FailsAsync(500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", Failed + "possible etag mismatch. error from state store");
        await sidecar.Http.GetAsync($"{Actor}/state/k").SucceedsAsync(200, "1");
        await sidecar.Http.GetAsync($"{Actor}/state/other").SucceedsAsync();
    }

    [Theory]
    [InlineData("""{"operation":"upsert"}""", "request data is empty")]
    [InlineData("""{"request":{"key":"k"}}""", "operation is empty")]
    [InlineData("""{"operation":"increment","request":{"key":"k"}}""", "operation type increment not supported")]
    [InlineData("""{"operation":"upsert","request":{"value":1}}""", "missing key")]
    [InlineData("""{"operation":"upsert","request":5}""", "'' expected a map, got 'float64'")]
    [InlineData(
        """{"operation":"delete","request":{"key":5}}""",
        "1 error(s) decoding:\n\n* 'Key' expected type 'string', got unconvertible type 'float64', value: '5'"
    )]
    [InlineData(
        """{"operation":"upsert","request":{"key":"k","value":1,"metadata":{"ttlInSeconds":5}}}""",
        "1 error(s) decoding:\n\n* 'Metadata[ttlInSeconds]' expected type 'string', got unconvertible type 'float64', value: '5'"
    )]
    public Task A_mistake_in_an_operation_fails_the_transaction(string operation, string problem) =>
        WriteAsync($"[{operation}]").FailsAsync(500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", Failed + problem);

    [Theory]
    [InlineData("[5]", "json: cannot unmarshal number into Go value of type api.TransactionalOperation")]
    [InlineData(
        """[{"operation":5}]""",
        "json: cannot unmarshal number into Go struct field TransactionalOperation.operation of type api.OperationType"
    )]
    public Task A_body_that_is_no_list_of_operations_is_refused(string body, string problem) =>
        WriteAsync(body).FailsAsync(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {problem}");

    [Fact]
    public Task A_missing_actor_is_reported_before_a_mistake_in_an_operation() =>
        sidecar
            .Http.SendAsync("POST", "/v1.0/actors/StateKeeper/asleep/state", """[{"operation":"increment","request":{"key":"k"}}]""")
            .FailsAsync(400, "ERR_ACTOR_INSTANCE_MISSING");

    private Task<HttpResponseMessage> WriteAsync(string operations) => sidecar.Http.SendAsync("POST", $"{Actor}/state", operations);
}
