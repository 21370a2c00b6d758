using Conformance.Running;
using Servers;

namespace Conformance.State;

/// <summary>A <c>state.redis</c> with a time to live of its own, which applies to values that name none.</summary>
public sealed class RedisTimeToLiveTests
{
    [SkippableFact]
    public async Task The_components_time_to_live_spares_values_that_never_expire_and_jobs()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component(
                        "store",
                        "state.redis",
                        ("redisHost", $"127.0.0.1:{server.Port}"),
                        ("redisDB", $"{SharedServers.NextRedisDatabase()}"),
                        ("ttlInSeconds", "1"),
                        ("actorStateStore", "true")
                    ),
                ],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/jobs/later", """{"dueTime":"24h"}""").SucceedsAsync();
        await SaveAsync(
            """[{"key":"kept","value":1,"metadata":{"ttlInSeconds":"-1"}},{"key":"long","value":1,"metadata":{"ttlInSeconds":"1000"}}]"""
        );
        await SaveAsync("""[{"key":"short","value":1}]""");
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/state/store/transaction",
                """{"operations":[{"operation":"upsert","request":{"key":"kept-too","value":1,"metadata":{"ttlInSeconds":"0"}}}]}"""
            )
            .SucceedsAsync();

        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.GetAsync("/v1.0/state/store/short");
                return (int)answer.StatusCode == 204;
            },
            "the value without a time to live did not expire"
        );

        foreach (var key in (string[])["kept", "long", "kept-too"])
        {
            await sidecar.Http.GetAsync($"/v1.0/state/store/{key}").SucceedsAsync(200, "1");
        }
        await sidecar.Http.GetAsync("/v1.0/jobs/later").SucceedsAsync(200);
        await sidecar.Http.DeleteAsync("/v1.0/jobs/later").SucceedsAsync();

        Task SaveAsync(string items) => sidecar.Http.SendAsync("POST", "/v1.0/state/store", items).SucceedsAsync();
    }
}
