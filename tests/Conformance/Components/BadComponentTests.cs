using Conformance.Running;
using Servers;

namespace Conformance.Components;

/// <summary>
/// Mistakes in a component are reported at the start, with their place and remedy. Embedded sidecar only: daprd has other texts.
/// </summary>
public sealed class BadComponentTests
{
    private const string OwnTexts = "is about the words of the embedded sidecar";

    public static TheoryData<string, string, string> Mistakes =>
        new()
        {
            {
                Yaml.Component("c", "state.redis", ("redisHost", "127.0.0.1:1")),
                "no Redis answers at 127.0.0.1:1; start it, or correct redisHost",
                "0.yaml:1"
            },
            { Yaml.Component("c", "state.redis"), "needs metadata 'redisHost', for example localhost:6379", "0.yaml:1" },
            { Yaml.Component("c", "state.redis", ("redisHost", "a:1,b:2")), "names several servers", "0.yaml:8" },
            {
                Yaml.Component("c", "state.redis", ("redisHost", "a:1"), ("redisType", "cluster")),
                "redisType 'cluster' is not offered",
                "0.yaml:8"
            },
            {
                Yaml.Component("c", "state.redis", "v2", ("redisHost", "a:1")),
                "state.redis has no version 'v2'; known are: v1",
                "0.yaml:1"
            },
            { Yaml.Component("c", "state.mongodb"), "component type 'state.mongodb' is not offered; known are: ", "0.yaml:1" },
            {
                Yaml.Component("c", "state.postgresql", "v2", ("connectionString", "host=127.0.0.1 port=1 user=u database=d")),
                "no PostgreSQL answers at 127.0.0.1:1; start it, or correct host and port",
                "0.yaml:1"
            },
            {
                Yaml.Component("c", "state.postgresql", "v2", ("connectionString", "host=h colour=blue")),
                "'colour=blue' in the connection string is not understood",
                "0.yaml:8"
            },
            {
                Yaml.Component("c", "state.postgresql", "v2", ("connectionString", "host=h"), ("tablePrefix", "a;b")),
                "is no table name",
                "0.yaml:8"
            },
            {
                Yaml.Component("c", "pubsub.rabbitmq", ("connectionString", "amqp://127.0.0.1:1")),
                "no RabbitMQ answers at 127.0.0.1:1; start it, or correct connectionString",
                "0.yaml:1"
            },
            { Yaml.Component("c", "pubsub.rabbitmq", ("connectionString", "http://x")), "invalid RabbitMQ connection string", "0.yaml:8" },
            {
                Yaml.Component("c", "pubsub.rabbitmq", ("connectionString", "amqp://x"), ("concurrencyMode", "Single")),
                "invalid concurrencyMode Single",
                "0.yaml:8"
            },
            {
                Yaml.Component("c", "pubsub.rabbitmq", ("connectionString", "amqps://x"), ("saslExternal", "true")),
                "saslExternal can only be set to true, when all these properties are set: caCert, clientCert, clientKey",
                "0.yaml:8"
            },
            { Yaml.Component("c", "middleware.http.routerchecker", ("rule", "(?=a)")), "failed to compile rule regexp", "0.yaml:8" },
            { Yaml.Component("c", "bindings.cron", ("schedule", "sometimes")), "invalid schedule format 'sometimes'", "0.yaml:8" },
            { Yaml.Component("c", "bindings.http", ("url", "somewhere")), "'somewhere' is no URL", "0.yaml:8" },
        };

    [SkippableTheory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_in_a_component_is_reported_with_its_place_and_remedy(string component, string expected, string place)
    {
        Skip.If(TestedSidecar.IsDaprd, OwnTexts);
        var (code, output) = await TestedSidecar.RefusedAsync(new SidecarOptions { Resources = [component] });
        Assert.NotEqual(0, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Contains(place, output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_wrong_password_is_reported_for_each_server()
    {
        Skip.If(TestedSidecar.IsDaprd, OwnTexts);
        Skip.IfNot(
            (RedisProcess.Missing ?? PostgresProcess.Missing ?? RabbitProcess.Missing) is null,
            RedisProcess.Missing ?? PostgresProcess.Missing ?? RabbitProcess.Missing
        );
        await using var redis = new RedisProcess { Password = "right" };
        await redis.StartAsync();
        var postgres = await SharedServers.PostgresAsync();
        var rabbit = await SharedServers.RabbitAsync();
        var (_, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component("none", "state.redis", ("redisHost", $"127.0.0.1:{redis.Port}")),
                    Yaml.Component("wrong", "lock.redis", ("redisHost", $"127.0.0.1:{redis.Port}"), ("redisPassword", "wrong")),
                    Yaml.Component(
                        "postgres",
                        "state.postgresql",
                        "v2",
                        ("connectionString", postgres.ConnectionString),
                        ("password", "wrong")
                    ),
                    Yaml.Component(
                        "rabbit",
                        "pubsub.rabbitmq",
                        ("connectionString", rabbit.ConnectionString().Replace(RabbitProcess.Password, "wrong", StringComparison.Ordinal))
                    ),
                ],
            }
        );
        // each with its place, then all in one line
        Assert.Equal(2 * 2, output.Split("does not let us in; correct redisPassword").Length - 1);
        Assert.Contains(
            "refuses: password authentication failed for user \\\"postgres\\\"; correct user, password or database",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("does not let us in; correct user and password of connectionString", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_metadata_is_ignored_as_in_daprd_and_reported_with_its_place()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Yaml.Component("store", "state.sqlite", ("connectionString", "x.db"), ("colour", "blue"))] }
        );
        await sidecar.Http.GetAsync("/v1.0/state/store/k").SucceedsAsync();
        if (!TestedSidecar.IsDaprd) // which says nothing about it
        {
            Assert.Contains("0.yaml:8", sidecar.Output, StringComparison.Ordinal);
            Assert.Contains("colour", sidecar.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_ignoreErrors_a_broken_component_is_left_out_and_the_others_work()
    {
        var broken = Yaml.Component("broken", "state.redis", ("redisHost", "127.0.0.1:1"))
            .Replace("  version: v1", "  version: v1\n  ignoreErrors: true", StringComparison.Ordinal);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [broken, Yaml.Component("good", "state.in-memory")] }
        );
        await sidecar.Http.GetAsync("/v1.0/state/broken/k").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");
        await sidecar.Http.GetAsync("/v1.0/state/good/k").SucceedsAsync();
        Assert.Contains("broken", sidecar.Output, StringComparison.Ordinal);
    }
}
