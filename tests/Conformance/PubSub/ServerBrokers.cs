using Conformance.Running;
using Servers;

namespace Conformance.PubSub;

/// <summary>A database per component, so that the sidecars of a test do not receive each other's messages.</summary>
public class RedisBroker : BrokerDriver
{
    private RedisProcess? server;

    public override string? Missing => RedisProcess.Missing;
    public override bool Redelivers => true;
    public override bool Wildcards => false;

    /// <summary>daprd cancels a handler that takes longer.</summary>
    protected virtual string ProcessingTimeout => "200ms";

    public override async Task StartAsync() => server = await SharedServers.RedisAsync();

    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(
            name,
            "pubsub.redis",
            [
                ("redisHost", $"127.0.0.1:{server!.Port}"),
                ("redisDB", $"{SharedServers.NextRedisDatabase()}"),
                ("processingTimeout", ProcessingTimeout),
                ("redeliverInterval", "50ms"),
                .. metadata,
            ]
        );
}

/// <summary>daprd's outbox waits for the transaction inside a handler, about a second.</summary>
public sealed class PatientRedisBroker : RedisBroker
{
    protected override string ProcessingTimeout => "15s";
}

public sealed class RabbitBroker : BrokerDriver
{
    private RabbitProcess? server;

    public override string? Missing => RabbitProcess.Missing;
    public override bool Redelivers => true;
    public override bool Wildcards => false;
    public override bool CarriesMetadata => false;
    public override bool ExpiresMessages => true;

    public override async Task StartAsync() => server = await SharedServers.RabbitAsync();

    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(
            name,
            "pubsub.rabbitmq",
            [
                ("connectionString", server!.ConnectionString(SharedServers.NextVirtualHost())),
                ("deletedWhenUnused", "false"),
                ("deliveryMode", "2"),
                ("publisherConfirm", "true"),
                ("requeueInFailure", "true"),
                .. metadata,
            ]
        );
}
