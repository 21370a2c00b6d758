using System.Text;
using System.Text.Json.Nodes;
using Conformance.Apps;
using Conformance.Running;
using Google.Protobuf;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.General;

/// <summary>JSON whose texts are no Unicode, whose members repeat, or whose numbers fit no double. Go replaces, overwrites or refuses.</summary>
public sealed class InvalidTextTests : IAsyncLifetime
{
    private const string Replaced = "\uFFFD";

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "invalid-text",
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("events", "pubsub.in-memory"), Yaml.Component("store", "state.in-memory")],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    /// <summary>A half of a surrogate pair, alone, before another escape, and in a name; bytes are written as \xFF in the body.</summary>
    [Theory]
    [InlineData("""[{"key":"a","value":"\ud800"}]""", "a", "\"" + Replaced + "\"")]
    [InlineData("""[{"key":"a","value":"x\udc00\u0041\ud83d\ude00\\ud800"}]""", "a", "\"x" + Replaced + "A\U0001F600\\\\ud800\"")]
    [InlineData("""[{"key":"a","value":{"\ud800":[1]}}]""", "a", "{\"" + Replaced + "\":[1]}")]
    [InlineData("[{\"key\":\"a\",\"value\":\"\xFF\xC3\"}]", "a", "\"" + Replaced + Replaced + "\"")]
    [InlineData("""[{"key":"\ud800","value":1}]""", "%EF%BF%BD", "1")]
    public async Task What_is_no_unicode_is_stored_as_the_replacement_character(string body, string key, string stored)
    {
        await PostAsync("/v1.0/state/store", body).SucceedsAsync();
        Assert.Equal(stored, await sidecar.Http.GetStringAsync(new Uri($"/v1.0/state/store/{key}", UriKind.Relative)));
    }

    [Fact]
    public async Task A_value_of_another_program_is_read_in_bulk()
    {
        await sidecar.Grpc.SaveStateAsync(
            new Protos.SaveStateRequest
            {
                StoreName = "store",
                States =
                {
                    new Protos.StateItem { Key = "foreign", Value = ByteString.CopyFromUtf8("\"\\ud800\"") },
                },
            }
        );
        await PostAsync("/v1.0/state/store/bulk", """{"keys":["foreign"]}""").SucceedsAsync(200);
    }

    [Theory]
    [InlineData("/v1.0/state/store/transaction", """{"operations":[{"operation":"upsert","request":{"key":"\ud800","value":"\ud800"}}]}""")]
    [InlineData(
        "/v1.0-alpha1/publish/bulk/events/other",
        """[{"entryId":"\ud800","event":{"a":"\ud800"},"contentType":"application/json"}]"""
    )]
    public async Task What_is_no_unicode_is_accepted_everywhere(string path, string body) => await PostAsync(path, body).SucceedsAsync();

    [Theory]
    [InlineData("""{"a":"\ud800","b":"<&>"}""", "application/json", """{"a":"�","b":"<&>"}""")]
    [InlineData("""{"a":1,"b":{"c":1,"c":2},"a":3}""", "application/json", """{"a":3,"b":{"c":2}}""")]
    [InlineData("""{"a":1} and more""", "application/json", """{"a":1}""")]
    [InlineData(
        """{"specversion":"1.0","type":"x","type":"y","source":"s","id":"1","data":{"a":"\udfff"}}""",
        "application/cloudevents+json",
        """{"a":"�"}"""
    )]
    public async Task An_event_is_delivered_as_go_reads_it(string body, string contentType, string data)
    {
        await PostAsync("/v1.0/publish/events/t", body, contentType).SucceedsAsync();
        var delivered = (await app.NextAsync("/t")).Json;
        Assert.Equal(JsonNode.Parse(data)!.ToJsonString(), JsonNode.Parse(delivered.GetProperty("data").GetRawText())!.ToJsonString());
    }

    [Theory]
    [InlineData("/v1.0/state/store", """[{"key":"a","value":1e400}]""", "SetRequest.value")]
    [InlineData(
        "/v1.0/state/store/transaction",
        """{"operations":[{"operation":"upsert","request":{"key":1e400}}]}""",
        "stateTransactionRequestBodyOperation.operations.request"
    )]
    [InlineData(
        "/v1.0-alpha1/publish/bulk/events/other",
        """[{"entryId":"1","event":1e400,"contentType":"application/json"}]""",
        "bulkPublishMessageEntry.event"
    )]
    public async Task A_number_that_fits_no_double_is_refused_with_its_field(string path, string body, string field)
    {
        using var answer = await PostAsync(path, body);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(
            $"json: cannot unmarshal number 1e400 into Go struct field {field} of type float64",
            await answer.TextAsync(),
            StringComparison.Ordinal
        );
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        content.Headers.ContentType = new(contentType);
        return sidecar.Http.PostAsync(new Uri(path, UriKind.Relative), content);
    }
}
