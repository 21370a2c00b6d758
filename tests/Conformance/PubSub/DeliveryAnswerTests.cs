using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Microsoft.AspNetCore.Http;

namespace Conformance.PubSub;

/// <summary>
/// The body of an app's answer to a delivery, in unusual forms. An event whose delivery failed goes to the dead-letter topic; the event
/// <c>end</c> fails always and marks the end of a case.
/// </summary>
public sealed class DeliveryAnswerTests(DeliveryAnswerTests.AnsweringApp fixture) : IClassFixture<DeliveryAnswerTests.AnsweringApp>
{
    [Theory]
    [InlineData("""{"status":"RETRY"}""", true)]
    [InlineData("""{"Status":"RETRY"}""", true)]
    [InlineData("""{"STATUS":"DROP"}""", true)]
    [InlineData("""{"Status":"SUCCESS"}""", false)]
    [InlineData("""{"status":"retry"}""", true)]
    [InlineData("""{"status":"success"}""", true)]
    [InlineData("""{"status":"SUCCESS","Status":"RETRY"}""", true)]
    [InlineData("""{"Status":"RETRY","status":"SUCCESS"}""", false)]
    [InlineData("""{"status":"RETRY","status":null}""", true)]
    [InlineData("""{"status":"RETRY","Status":5}""", false)]
    [InlineData("""{"status":5}""", false)]
    [InlineData("""{"status":null}""", false)]
    [InlineData("""{"status":""}""", false)]
    [InlineData("""{"status":"RETRY"} and more""", true)]
    [InlineData("""[{"status":"RETRY"}]""", false)]
    [InlineData("null", false)]
    [InlineData("text", false)]
    [InlineData("", false)]
    public async Task An_event_fails_by_the_status_of_the_answer(string answer, bool fails)
    {
        fixture.App.Answers("/single", (got, context) =>
            context.Response.WriteAsync(got.Text.Contains("\"end\"", StringComparison.Ordinal) ? """{"status":"RETRY"}""" : answer)
        );
        Assert.Equal(fails ? ["case"] : [], await fixture.FailedAsync("single"));
    }

    [Theory]
    [InlineData("""{"statuses":[{"entryId":"$id","status":"SUCCESS"}]}""", false)]
    [InlineData("""{"Statuses":[{"EntryID":"$id","Status":"SUCCESS"}]}""", false)]
    [InlineData("""{"STATUSES":[{"entryid":"$id","STATUS":"DROP"}]}""", true)]
    [InlineData("""{"statuses":[{"status":"SUCCESS"},{"entryId":"$id","status":"SUCCESS"}]}""", false)]
    [InlineData("""{"statuses":[null,{"entryId":"$id","status":"SUCCESS"},{"entryId":null,"status":"RETRY"}]}""", false)]
    [InlineData("""{"statuses":[{"entryId":"other","status":"RETRY"},{"entryId":"$id","status":"SUCCESS"}]}""", false)]
    [InlineData("""{"statuses":[{"entryId":"$id","status":"RETRY"},{"entryId":"$id","status":"SUCCESS"}]}""", false)]
    [InlineData("""{"statuses":[{"entryId":5,"status":"SUCCESS"},{"entryId":"$id","status":"SUCCESS"}]}""", true)]
    [InlineData("""{"statuses":[5,{"entryId":"$id","status":"SUCCESS"}]}""", true)]
    [InlineData("""{"statuses":{"entryId":"$id","status":"SUCCESS"}}""", true)]
    [InlineData("""{"statuses":[{"entryId":"$id","status":null}]}""", true)]
    [InlineData("""{"statuses":[{"entryId":"$id"}]}""", true)]
    [InlineData("""{"statuses":null}""", true)]
    [InlineData("null", true)]
    [InlineData("text", true)]
    [InlineData("", true)]
    public async Task An_event_of_a_bulk_fails_by_its_status(string answer, bool fails)
    {
        fixture.App.Answers("/bulk", (got, context) =>
        {
            var entry = got.Json.GetProperty("entries")[0];
            var id = entry.GetProperty("entryId").GetString();
            return context.Response.WriteAsync(
                Data(entry.GetProperty("event")) == "end" ? "{}" : answer.Replace("$id", id, StringComparison.Ordinal)
            );
        });
        Assert.Equal(fails ? ["case"] : [], await fixture.FailedAsync("bulk"));
    }

    [Fact]
    public async Task A_bulk_that_the_app_does_not_find_goes_to_no_dead_letter_topic()
    {
        fixture.App.Answers("/bulk", (got, context) =>
        {
            context.Response.StatusCode = Data(got.Json.GetProperty("entries")[0].GetProperty("event")) == "end" ? 500 : 404;
            return Task.CompletedTask;
        });
        Assert.Empty(await fixture.FailedAsync("bulk"));
    }

    private static string? Data(JsonElement envelope) => envelope.GetProperty("data").GetString();

    /// <summary>An app that gets single events and bulks of one.</summary>
    public sealed class AnsweringApp : IAsyncLifetime
    {
        private TestedSidecar sidecar = null!;

        public HttpApp App { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            App = await HttpApp.StartAsync();
            App.Subscribes(
                """
                [{"pubsubname":"events","topic":"single","route":"/single","deadLetterTopic":"dead"},
                 {"pubsubname":"events","topic":"bulk","route":"/bulk","deadLetterTopic":"dead",
                  "bulkSubscribe":{"enabled":true,"maxMessagesCount":1,"maxAwaitDurationMs":100}},
                 {"pubsubname":"events","topic":"dead","route":"/dead"}]
                """
            );
            sidecar = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = "answering-app",
                    AppPort = App.PortNumber,
                    Resources = [Yaml.Component("events", "pubsub.in-memory")],
                }
            );
        }

        /// <summary>Publishes an event of a case and one that fails; returns those before it that reached the dead-letter topic.</summary>
        public async Task<List<string?>> FailedAsync(string topic)
        {
            foreach (var name in (string[])["case", "end"])
            {
                await sidecar
                    .Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", JsonSerializer.Serialize(name), "application/json")
                    .SucceedsAsync();
            }
            var failed = new List<string?>();
            while (Data((await App.NextAsync("/dead")).Json) is var name && name != "end")
            {
                failed.Add(name);
            }
            return failed;
        }

        public async Task DisposeAsync()
        {
            await sidecar.DisposeAsync();
            await App.DisposeAsync();
        }
    }
}
