using System.Text;
using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using RabbitMQ.Client;
using Servers;
using StackExchange.Redis;

namespace Conformance.PubSub;

/// <summary>The data on the brokers has daprd's layout, in both directions.</summary>
public sealed class BrokerLayoutTests
{
    private const long MoreThanAnInt = 5_000_000_000;

    private const string Envelope =
        """{"id":"1","specversion":"1.0","type":"t","source":"daprd","datacontenttype":"application/json","data":{"n":1}}""";

    [SkippableFact]
    public async Task Redis_has_a_stream_per_topic_and_a_group_per_app()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var redis = connection.GetDatabase(number);
        await using var app = await AppAsync();
        await using var sidecar = await StartAsync(
            app,
            Yaml.Component("events", "pubsub.redis", ("redisHost", $"127.0.0.1:{server.Port}"), ("redisDB", $"{number}"))
        );

        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic?metadata.colour=blue", "1").SucceedsAsync();
        Assert.Equal("1", (await app.NextAsync("/topic")).Json.GetProperty("data").GetRawText());
        var entry = (await redis.StreamRangeAsync("topic")).Single();
        Assert.Equal(["data", "metadata"], entry.Values.Select(field => field.Name.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal("{\"colour\":\"blue\"}", entry["metadata"].ToString());
        Assert.Equal("listener", (await redis.StreamGroupInfoAsync("topic")).Single().Name);

        await redis.StreamAddAsync("topic", [new("data", Envelope)]);
        Assert.Equal("daprd", (await app.NextAsync("/topic")).Json.GetProperty("source").GetString());
        await Eventually.UntilAsync(
            async () => (await redis.StreamGroupInfoAsync("topic")).Single().PendingMessageCount == 0,
            "what was dealt with is still pending"
        );
    }

    [SkippableFact]
    public async Task Redis_has_the_metadata_that_the_publisher_gave_and_the_component_in_a_dead_letter()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var redis = connection.GetDatabase(number);
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            """
            [{"pubsubname":"events","topic":"lost","route":"/lost","deadLetterTopic":"dead"},
             {"pubsubname":"events","topic":"dead","route":"/dead"}]
            """
        );
        app.Answers("/lost", 404);
        await using var sidecar = await StartAsync(
            app,
            Yaml.Component("events", "pubsub.redis", ("redisHost", $"127.0.0.1:{server.Port}"), ("redisDB", $"{number}"))
        );

        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/lost?metadata.colour=grün", "1").SucceedsAsync();
        Assert.Equal("events", (await app.NextAsync("/dead")).Header("pubsubname"));
        Assert.Equal("""{"colour":"grün","pubsubName":"events"}""", (await redis.StreamRangeAsync("dead")).Single()["metadata"].ToString());

        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/none", "1").SucceedsAsync();
        await sidecar.Grpc.PublishEventAsync(new() { PubsubName = "events", Topic = "none" });
        await sidecar
            .Http.SendAsync("POST", "/v1.0/publish/bulk/events/none", """[{"entryId":"1","event":"a","contentType":"text/plain"}]""")
            .SucceedsAsync();
        Assert.Equal(["{}", "", ""], (await redis.StreamRangeAsync("none")).Select(entry => entry["metadata"].ToString()));
    }

    [SkippableFact]
    public async Task A_component_that_names_the_namespace_has_it_before_its_topics()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var redis = connection.GetDatabase(number);
        await using var app = await AppAsync();
        await using var sidecar = await StartAsync(
            app,
            Yaml.Component(
                "events",
                "pubsub.redis",
                ("redisHost", $"127.0.0.1:{server.Port}"),
                ("redisDB", $"{number}"),
                ("consumerID", "{namespace}")
            )
        );

        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic", "1").SucceedsAsync();
        Assert.Equal("topic", (await app.NextAsync("/topic")).Json.GetProperty("topic").GetString());
        Assert.Single(await redis.StreamRangeAsync("defaulttopic"));
        Assert.Equal("default.listener", (await redis.StreamGroupInfoAsync("defaulttopic")).Single().Name);
    }

    [SkippableFact]
    public async Task RabbitMQ_has_an_exchange_per_topic_and_a_queue_per_app_and_topic()
    {
        Skip.IfNot(RabbitProcess.Missing is null, RabbitProcess.Missing);
        var server = await SharedServers.RabbitAsync();
        var address = server.ConnectionString(SharedServers.NextVirtualHost());
        await using var app = await AppAsync();
        await using var sidecar = await StartAsync(
            app,
            Yaml.Component(
                "events",
                "pubsub.rabbitmq",
                ("connectionString", address),
                ("deletedWhenUnused", "false"),
                ("deliveryMode", "2"),
                ("enableDeadLetter", "true"),
                ("maxLenBytes", $"{MoreThanAnInt}"),
                ("ttl", "1h")
            )
        );
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        // Declared once more, alike: anything else is refused by the broker.
        await channel.ExchangeDeclareAsync("topic", "fanout", durable: true, autoDelete: false);
        await channel.ExchangeDeclareAsync("dlx-listener-topic", "fanout", durable: true, autoDelete: false);
        await channel.QueueDeclareAsync(
            "listener-topic",
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?>
            {
                ["x-dead-letter-exchange"] = "dlx-listener-topic",
                ["x-queue-type"] = "classic",
                ["x-max-length-bytes"] = MoreThanAnInt,
            }
        );
        await channel.QueueDeclareAsync(
            "dlq-listener-topic",
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-mode"] = "lazy", ["x-max-length-bytes"] = MoreThanAnInt }
        );
        await channel.QueueDeclareAsync("spy", durable: false, exclusive: true, autoDelete: true);
        await channel.QueueBindAsync("spy", "topic", "");

        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/topic?metadata.priority=300", "1").SucceedsAsync();
        await app.NextAsync("/topic");
        BasicGetResult? spied = null;
        await Eventually.UntilAsync(
            async () => (spied = await channel.BasicGetAsync("spy", autoAck: true)) is not null,
            "the message did not reach another queue"
        );
        Assert.Equal(
            (true, byte.MaxValue, "3600000", "1"),
            (
                spied!.BasicProperties.Persistent,
                spied.BasicProperties.Priority,
                spied.BasicProperties.Expiration,
                JsonDocument.Parse(spied.Body).RootElement.GetProperty("data").GetRawText()
            )
        );

        app.Answers("/topic", 500);
        await channel.BasicPublishAsync("topic", "", Encoding.UTF8.GetBytes(Envelope));
        Assert.Equal("daprd", (await app.NextAsync("/topic")).Json.GetProperty("source").GetString());
        await Eventually.UntilAsync(
            async () => await channel.MessageCountAsync("dlq-listener-topic") == 1,
            "what was not dealt with is not in the dead letter queue"
        );
    }

    [SkippableFact]
    public async Task Redis_trims_a_stream_by_its_length_if_it_has_a_length_and_an_age()
    {
        Skip.IfNot(RedisProcess.Missing is null, RedisProcess.Missing);
        var server = await SharedServers.RedisAsync();
        var number = SharedServers.NextRedisDatabase();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await StartAsync(
            app,
            Yaml.Component(
                "events",
                "pubsub.redis",
                ("redisHost", $"127.0.0.1:{server.Port}"),
                ("redisDB", $"{number}"),
                ("maxLenApprox", "1"),
                ("streamTTL", "1h")
            )
        );
        const int published = 250; // Redis removes whole nodes of at most a hundred entries
        var events = Enumerable.Range(1, published).Select(entry => $$"""{"entryId":"{{entry}}","event":"a","contentType":"text/plain"}""");
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/bulk/events/short", $"[{string.Join(',', events)}]").SucceedsAsync();
        Assert.InRange(await connection.GetDatabase(number).StreamLengthAsync("short"), 1, published - 1);
    }

    private static async Task<HttpApp> AppAsync()
    {
        var app = await HttpApp.StartAsync();
        app.Subscribes("""[{"pubsubname":"events","topic":"topic","route":"/topic"}]""");
        return app;
    }

    private static Task<TestedSidecar> StartAsync(HttpApp app, string component) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "listener",
                Isolated = true,
                AppPort = app.PortNumber,
                Resources = [component],
            }
        );
}
