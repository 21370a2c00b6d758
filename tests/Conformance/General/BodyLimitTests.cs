using Conformance.Running;

namespace Conformance.General;

/// <summary>Bodies that are larger than <c>--max-body-size</c>.</summary>
public sealed class BodyLimitTests : IAsyncLifetime
{
    private const string TooLarge = "stream too large";
    private const string Unread = "failed to read request body: " + TooLarge;
    private const string Malformed = "failed deserializing HTTP body: " + TooLarge;

    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync() =>
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component("store", "state.in-memory", ("actorStateStore", "true")),
                    Yaml.Component("events", "pubsub.in-memory"),
                ],
                Flags = ["--max-body-size", "1Ki"],
            }
        );

    public async Task DisposeAsync() => await sidecar.DisposeAsync();

    [Theory]
    [InlineData("PUT", "/v1.0/metadata/key", "ERR_BODY_READ", Unread)]
    [InlineData("POST", "/v1.0-alpha1/lock/locks", "ERR_BODY_READ", Unread)]
    [InlineData("POST", "/v1.0/jobs/job", "ERR_BODY_READ", Unread)]
    [InlineData("POST", "/v1.0/workflows/dapr/flow/start", "ERR_BODY_READ", Unread)]
    [InlineData("POST", "/v1.0/workflows/dapr/instance/raiseEvent/event", "ERR_BODY_READ", Unread)]
    [InlineData("POST", "/v1.0/state/store", "ERR_MALFORMED_REQUEST", TooLarge)]
    [InlineData("POST", "/v1.0/state/store/bulk", "ERR_MALFORMED_REQUEST", Malformed)]
    [InlineData("POST", "/v1.0/state/store/transaction", "ERR_MALFORMED_REQUEST", Malformed)]
    [InlineData("POST", "/v1.0/bindings/binding", "ERR_MALFORMED_REQUEST", Malformed)]
    [InlineData("POST", "/v1.0/actors/limited/1/method/m", "ERR_BAD_REQUEST", "invalid request: failed to read body: " + TooLarge)]
    [InlineData(
        "POST",
        "/v1.0/publish/bulk/events/topic",
        "ERR_PUBSUB_EVENTS_SER",
        "error when unmarshaling the request for topic topic pubsub events: " + TooLarge
    )]
    public Task A_body_above_the_limit_is_refused(string method, string path, string code, string message) =>
        sidecar.Http.SendAsync(method, path, $"\"{new string('x', 2000)}\"").FailsAsync(400, code, message);
}
