using Conformance.Running;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Servers;
using StackExchange.Redis;

namespace Conformance.PubSub;

/// <summary>Publishing that the broker refuses: on Redis, a topic whose key is no stream.</summary>
public sealed class FailedPublishTests : IAsyncLifetime
{
    private const string Detail = "redis streams: error from publish: WRONGTYPE Operation against a key holding the wrong kind of value";
    private const string Message = "error when publishing to topic taken in pubsub events: " + Detail;

    private TestedSidecar? sidecar;

    private TestedSidecar Sidecar
    {
        get
        {
            Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
            return sidecar!;
        }
    }

    public async Task InitializeAsync()
    {
        if (RedisProcess.Missing is not null)
        {
            return; // each test sets it
        }
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        await redis.GetDatabase(number).StringSetAsync("taken", "x");
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "failed-publisher",
                Resources = [Yaml.Component("events", "pubsub.redis", ("redisHost", $"127.0.0.1:{server.Port}"), ("redisDB", $"{number}"))],
            }
        );
    }

    public async Task DisposeAsync()
    {
        if (sidecar is not null)
        {
            await sidecar.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task A_refused_event_fails_with_the_error_of_the_broker()
    {
        var error = await Sidecar
            .Http.SendAsync("POST", "/v1.0/publish/events/taken", "{}")
            .FailsAsync(500, "ERR_PUBSUB_PUBLISH_MESSAGE", Message);
        Assert.Equal("DAPR_PUBSUB_PUBLISH_MESSAGE", error.Reason());
    }

    [SkippableFact]
    public async Task A_refused_bulk_over_HTTP_names_its_entries_in_body_and_header()
    {
        using var answer = await Sidecar.Http.SendAsync(
            "POST",
            "/v1.0/publish/bulk/events/taken",
            """[{"entryId":"1","event":"a","contentType":"text/plain"}]"""
        );
        var body = $$"""{"failedEntries":[{"entryId":"1","error":"{{Detail}}"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}""";
        Assert.Equal((500, body), ((int)answer.StatusCode, await answer.TextAsync()));
        Assert.Equal(
            (body, $"api error: code = Internal desc = {Message}"),
            (answer.Headers.GetValues("metadata.responseData").Single(), answer.Headers.GetValues("metadata.error").Single())
        );
    }

    [SkippableFact]
    public async Task A_refused_bulk_over_gRPC_fails_the_call()
    {
        var failure = await Sidecar
            .Grpc.BulkPublishEventAsync(
                new()
                {
                    PubsubName = "events",
                    Topic = "taken",
                    Entries =
                    {
                        new Dapr.Client.Autogen.Grpc.v1.BulkPublishRequestEntry
                        {
                            EntryId = "1",
                            Event = ByteString.CopyFromUtf8("a"),
                            ContentType = "text/plain",
                        },
                    },
                }
            )
            .FailsAsync(StatusCode.Internal, Message);
        Assert.Equal(
            ("DAPR_PUBSUB_PUBLISH_MESSAGE", "pubsub", "events"),
            (failure.Reason(), failure.Detail<ResourceInfo>()?.ResourceType, failure.Detail<ResourceInfo>()?.ResourceName)
        );
    }
}
