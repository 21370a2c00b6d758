using Conformance.Running;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.PubSub;

/// <summary>Many events in one request or delivery.</summary>
public abstract partial class PubSubTests<TDriver>
{
    [SkippableFact]
    public async Task A_bulk_publish_delivers_each_entry()
    {
        await Http.SendAsync(
                "POST",
                "/v1.0/publish/bulk/events/plain",
                """
                [{"entryId":"1","event":{"n":1},"contentType":"application/json"},
                 {"entryId":"2","event":"text","contentType":"text/plain","metadata":{"cloudevent.type":"mine"}},
                 {"entryId":"3","event":"aGk=","contentType":"application/octet-stream"}]
                """
            )
            .SucceedsAsync();
        var events = new[]
        {
            (await App.NextAsync("/plain")).Json,
            (await App.NextAsync("/plain")).Json,
            (await App.NextAsync("/plain")).Json,
        }
            .OrderBy(json => Text(json, "datacontenttype"), StringComparer.Ordinal)
            .ToList();
        Assert.Equal(
            ("""{"n":1}""", "aGk=", "text", "mine"),
            (events[0].GetProperty("data").GetRawText(), Text(events[1], "data_base64"), Text(events[2], "data"), Text(events[2], "type"))
        );
        var response = await fixture.Sidecar.Client.BulkPublishEventAsync("events", "plain", ["a", "b"]);
        Assert.Empty(response.FailedEntries);
        await App.NextAsync("/plain");
        await App.NextAsync("/plain");
    }

    [SkippableTheory]
    [InlineData(
        """[{"entryId":"1","event":"a","contentType":"text/plain"},{"entryId":"1","event":"b","contentType":"text/plain"}]""",
        "DAPR_PUBSUB_MARSHAL_EVENTS"
    )]
    [InlineData("""[{"event":"a","contentType":"text/plain"}]""", "DAPR_PUBSUB_MARSHAL_EVENTS")]
    [InlineData("""[{"entryId":"1","event":{"n":1},"contentType":"text/plain"}]""", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""{"entryID": "}""", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    [InlineData("""{"entryID": ""}""", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    public async Task A_malformed_bulk_publish_is_refused(string body, string reason) =>
        Assert.Equal(
            reason,
            (await Http.SendAsync("POST", "/v1.0/publish/bulk/events/plain", body).FailsAsync(400, "ERR_PUBSUB_EVENTS_SER")).Reason()
        );

    [SkippableTheory]
    [InlineData(
        "aGk",
        "application/octet-stream",
        "unable to decode base64 application/octect-stream data: illegal base64 data at input byte 0"
    )]
    [InlineData(
        "aG k",
        "application/octet-stream",
        "unable to decode base64 application/octect-stream data: illegal base64 data at input byte 2"
    )]
    [InlineData("aGk=", "application/cloudevents+protobuf", "mismatch between contentType and event")]
    public Task Bytes_of_a_bulk_publish_are_base64_as_Go_reads_it(string data, string contentType, string error) =>
        Http.SendAsync(
                "POST",
                "/v1.0/publish/bulk/events/plain",
                $$"""[{"entryId":"1","event":"{{data}}","contentType":"{{contentType}}"}]"""
            )
            .FailsAsync(
                400,
                "ERR_PUBSUB_EVENTS_SER",
                $"error when marshalling cloud event envelope for topic plain pubsub events: error: {error}"
            );

    [SkippableFact]
    public async Task Duplicate_entry_ids_over_gRPC_are_refused()
    {
        var request = new Protos.BulkPublishRequest
        {
            PubsubName = "events",
            Topic = "plain",
            Entries =
            {
                new Protos.BulkPublishRequestEntry { EntryId = "1" },
                new Protos.BulkPublishRequestEntry { EntryId = "1" },
            },
        };
        Assert.Equal(
            "DAPR_PUBSUB_MARSHAL_EVENTS",
            (await Grpc.BulkPublishEventAsync(request).FailsAsync(StatusCode.InvalidArgument)).Reason()
        );
    }

    [SkippableFact]
    public async Task A_bulk_subscriber_gets_several_events_in_one_delivery()
    {
        App.Answers("/bulk", (got, context) =>
            Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, BulkSuccess(got.Json))
        );
        await Http.SendAsync(
                "POST",
                "/v1.0/publish/bulk/events/bulk",
                """[{"entryId":"1","event":"a","contentType":"text/plain"},{"entryId":"2","event":"b","contentType":"text/plain"},{"entryId":"3","event":"c","contentType":"text/plain"}]"""
            )
            .SucceedsAsync();
        var got = await App.NextAsync("/bulk");
        Assert.Equal(
            ["entries", "id", "metadata", "pubsubname", "topic", "type"],
            got.Json.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ("com.dapr.event.sent.bulk", "bulk", fixture.Driver.Gathers ? 3 : 1),
            (Text(got.Json, "type"), Text(got.Json, "topic"), got.Json.GetProperty("entries").GetArrayLength())
        );
        var entry = got.Json.GetProperty("entries")[0];
        Assert.Equal(
            ["contentType", "entryId", "event", "metadata"],
            entry.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal("application/cloudevents+json", Text(entry, "contentType"));
        Assert.Contains(Text(entry.GetProperty("event"), "data"), (string[])["a", "b", "c"]); // daprd publishes the entries in any order
    }

    [SkippableFact]
    public async Task A_raw_bulk_subscriber_gets_bytes()
    {
        App.Answers("/rawbulk", (got, context) =>
            Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, BulkSuccess(got.Json))
        );
        await Http.SendAsync("POST", "/v1.0/publish/events/rawbulk?metadata.rawPayload=true", "bytes", "text/plain").SucceedsAsync();
        var entry = (await App.NextAsync("/rawbulk")).Json.GetProperty("entries")[0];
        Assert.Equal(("Ynl0ZXM=", "application/octet-stream"), (Text(entry, "event"), Text(entry, "contentType")));
    }
}
