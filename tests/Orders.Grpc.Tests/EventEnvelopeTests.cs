using System.Text.Json.Nodes;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Orders.Grpc.Following;

namespace Orders.Grpc.Tests;

/// <summary>The envelope of a dropped event must be the published one, because a replay publishes it again.</summary>
public sealed class EventEnvelopeTests
{
    [Fact]
    public void An_envelope_has_all_attributes_of_the_published_event()
    {
        var received = new TopicEventCERequest
        {
            Id = "o1:1",
            Source = "orders",
            Type = "order.created",
            SpecVersion = "1.0",
            DataContentType = "application/json",
            Data = ByteString.CopyFromUtf8("""{"orderId":"o1","total":12345678901234567890}"""),
            Extensions = Struct.Parser.ParseJson(
                """
                {
                  "topic": "orders", "pubsubname": "events", "subject": "o1", "traceparent": "00-1-2-01", "tracestate": "",
                  "n": 7, "done": true, "none": null
                }
                """
            ),
        };

        AssertIs(
            """
            {
              "id": "o1:1", "source": "orders", "type": "order.created", "specversion": "1.0", "datacontenttype": "application/json",
              "data": {"orderId": "o1", "total": 12345678901234567890},
              "topic": "orders", "pubsubname": "events", "subject": "o1", "traceparent": "00-1-2-01", "tracestate": "",
              "n": 7, "done": true, "none": null
            }
            """,
            received
        );
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8", "hällo", """{"data":"hällo"}""")]
    [InlineData("application/xml", "<a/>", """{"data":"<a/>"}""")]
    [InlineData("Application/CloudEvents+JSON", "[1]", """{"data":[1]}""")]
    [InlineData("application/json", "no JSON", """{"data_base64":"bm8gSlNPTg=="}""")]
    [InlineData("application/octet-stream", "abc", """{"data_base64":"YWJj"}""")]
    [InlineData("application/octet-stream", "", "{}")]
    public void Data_has_the_form_of_its_content_type(string contentType, string data, string expected)
    {
        var envelope = JsonNode.Parse(expected)!;
        envelope["datacontenttype"] = contentType;

        AssertIs(envelope.ToJsonString(), new TopicEventCERequest { DataContentType = contentType, Data = ByteString.CopyFromUtf8(data) });
    }

    [Fact]
    public void A_raw_event_is_wrapped_with_its_topic()
    {
        var bulk = new TopicEventBulkRequest { Topic = "orders", PubsubName = "events" };
        var raw = new TopicEventBulkRequestEntry { EntryId = "7", Bytes = ByteString.CopyFromUtf8("abc") };

        AssertIs(
            """
            {
              "id": "7", "source": "Dapr", "type": "com.dapr.event.sent", "specversion": "1.0",
              "datacontenttype": "application/octet-stream", "data_base64": "YWJj", "topic": "orders", "pubsubname": "events"
            }
            """,
            EventEnvelope.OfRaw(bulk, raw)
        );
    }

    private static void AssertIs(string expected, TopicEventCERequest received)
    {
        var envelope = EventEnvelope.Of(received).GetRawText();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(envelope)), envelope);
    }
}
