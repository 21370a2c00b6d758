using System.Net.Sockets;
using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;
using Servers;

namespace Conformance.Actors;

/// <summary>Reads and writes of actor state under the outbound policy of the store, whose server does not answer for a while.</summary>
public sealed class ActorStatePolicyTests
{
    private const string Policy = """
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: limits }
        spec:
          policies: { timeouts: { short: 300ms } }
          targets: { components: { actors: { outbound: { timeout: short } } } }
        """;

    [SkippableFact]
    public async Task Actor_state_calls_end_after_the_timeout_of_the_store()
    {
        Skip.If(RedisProcess.Missing is not null, RedisProcess.Missing);
        await using var redis = new RedisProcess();
        await redis.StartAsync();
        await using var app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["PolicyBound"]}""");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("actors", "state.redis", ("redisHost", $"127.0.0.1:{redis.Port}"), ("actorStateStore", "true")),
                    Policy,
                ],
            }
        );
        const string actor = "/v1.0/actors/PolicyBound/a";
        await sidecar.Http.SendAsync("POST", $"{actor}/method/wake", "").SucceedsAsync(200);
        const string write = """[{"operation":"upsert","request":{"key":"k","value":1}}]""";
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.SendAsync("POST", $"{actor}/state", write);
                return answer.IsSuccessStatusCode;
            },
            "no write was in time" // the first one is slow
        );

        await PauseAsync(redis);

        await sidecar.Http.GetAsync($"{actor}/state/k").OrFail("the read did not end").FailsAsync(500, "ERR_ACTOR_STATE_GET");
        await sidecar
            .Http.SendAsync("POST", $"{actor}/state", write)
            .OrFail("the write did not end")
            .FailsAsync(500, "ERR_ACTOR_STATE_TRANSACTION_SAVE");
        await sidecar
            .Grpc.GetActorStateAsync(
                new()
                {
                    ActorType = "PolicyBound",
                    ActorId = "a",
                    Key = "k",
                }
            )
            .FailsAsync(StatusCode.Internal);
    }

    /// <summary>Lets the server take commands and answer none of them.</summary>
    private static async Task PauseAsync(RedisProcess redis)
    {
        using var client = new TcpClient("127.0.0.1", redis.Port);
        await client.GetStream().WriteAsync("CLIENT PAUSE 60000 ALL\r\n"u8.ToArray());
        var answer = new byte[5];
        await client.GetStream().ReadExactlyAsync(answer);
        Assert.Equal("+OK\r\n"u8.ToArray(), answer);
    }
}
