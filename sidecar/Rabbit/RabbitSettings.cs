using RabbitMQ.Client;
using Sidecar.Components;
using Sidecar.Resources;

namespace Sidecar.Rabbit;

/// <summary>Metadata of <c>pubsub.rabbitmq</c>. Names and defaults: Dapr's component reference.</summary>
internal sealed record RabbitSettings
{
    private static readonly string[] ExchangeKinds = ["fanout", "topic", "direct", "headers"];
    private static readonly string[] CertificateNames = ["caCert", "clientCert", "clientKey"];

    public required Uri Address { get; init; }
    public required string ConsumerId { get; init; }
    public bool Durable { get; init; }
    public bool DeleteWhenUnused { get; init; }
    public bool DeadLetter { get; init; }
    public bool AutoAck { get; init; }
    public bool RequeueInFailure { get; init; }
    public bool Persistent { get; init; }
    public ushort Prefetch { get; init; }
    public TimeSpan ReconnectWait { get; init; }
    public long MaxLength { get; init; }
    public long MaxLengthBytes { get; init; }
    public required string ExchangeKind { get; init; }
    public string? ClientName { get; init; }
    public TimeSpan HeartBeat { get; init; }
    public bool PublisherConfirm { get; init; }
    public bool SaslExternal { get; init; }
    public bool Single { get; init; }
    public TimeSpan? TimeToLive { get; init; }
    public bool PropertiesToMetadata { get; init; }
    public required Certificates Certificates { get; init; }

    public string Where =>
        $"{Address.Host}:{(Address.IsDefaultPort || Address.Port < 0 ? Address.Scheme == "amqps" ? 5671 : 5672 : Address.Port)}";

    public static RabbitSettings Read(DriverContext context)
    {
        var properties = context.Properties;
        var delivery = properties.Number("deliveryMode", 0);
        if (delivery is < 0 or > 2)
        {
            properties.Report(
                "deliveryMode",
                "invalid RabbitMQ delivery mode, accepted values are between 0 and 2 (2: messages survive a restart of the broker)"
            );
        }
        var kind = properties.Text("exchangeKind") is { Length: > 0 } given ? given : "fanout";
        if (!ExchangeKinds.Contains(kind))
        {
            properties.Report("exchangeKind", $"invalid RabbitMQ exchange kind {kind}; known are: {string.Join(", ", ExchangeKinds)}");
        }
        properties.Accept("concurrency"); // daprd's list of metadata has it, but its driver reads only concurrencyMode
        var concurrency = properties.Text("concurrencyMode");
        if (concurrency is not (null or "" or "single" or "parallel"))
        {
            properties.Report("concurrencyMode", $"invalid concurrencyMode {concurrency}; single and parallel are valid");
        }
        var ttl = properties.Duration(properties.Text("ttl") is { Length: > 0 } ? "ttl" : "ttlInSeconds", TimeSpan.Zero);
        var external = properties.Flag("saslExternal");
        if (external && Array.Exists(CertificateNames, name => string.IsNullOrEmpty(properties.Text(name))))
        {
            properties.Report(
                "saslExternal",
                $"saslExternal can only be set to true, when all these properties are set: {string.Join(", ", CertificateNames)}"
            );
        }
        return new RabbitSettings
        {
            Address = AddressOf(properties),
            ConsumerId = properties.Text("consumerID") is { Length: > 0 } named ? named : context.AppId,
            Durable = properties.Flag("durable", fallback: true),
            DeleteWhenUnused = properties.Flag("deletedWhenUnused", fallback: true),
            DeadLetter = properties.Flag("enableDeadLetter"),
            AutoAck = properties.Flag("autoAck"),
            RequeueInFailure = properties.Flag("requeueInFailure"),
            Persistent = delivery == 2,
            Prefetch = (ushort)Math.Clamp(properties.Number("prefetchCount", 0), 0, 255),
            ReconnectWait = properties.Duration("reconnectWaitSeconds", TimeSpan.FromSeconds(3)),
            MaxLength = properties.LongNumber("maxLen", 0),
            MaxLengthBytes = properties.LongNumber("maxLenBytes", 0),
            ExchangeKind = kind,
            ClientName = properties.Text("clientName"),
            HeartBeat = properties.Duration("heartBeat", TimeSpan.FromSeconds(10)),
            PublisherConfirm = properties.Flag("publisherConfirm"),
            SaslExternal = external,
            Single = concurrency == "single",
            TimeToLive = ttl > TimeSpan.Zero ? ttl : null,
            PropertiesToMetadata = properties.Flag("publishMessagePropertiesToMetadata"),
            Certificates = ComponentCertificates.Read(context, "caCert", "clientCert", "clientKey"),
        };
    }

    public ConnectionFactory Factory()
    {
        var factory = new ConnectionFactory
        {
            Uri = Address,
            AutomaticRecoveryEnabled = true,
            TopologyRecoveryEnabled = true,
            NetworkRecoveryInterval = ReconnectWait,
            RequestedHeartbeat = HeartBeat,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            ClientProvidedName = ClientName is { Length: > 0 } ? ClientName : "sidecar",
        };
        if (factory.Ssl.Enabled)
        {
            factory.Ssl.ServerName = Address.Host;
            factory.Ssl.CertificateValidationCallback = (_, presented, _, errors) => Certificates.Trusts(presented, errors);
            factory.Ssl.Certs = Certificates.Client is { } client ? [client] : null;
        }
        if (factory.Ssl.Enabled && SaslExternal)
        {
            factory.AuthMechanisms = [new ExternalMechanismFactory()];
        }
        return factory;
    }

    private static Uri AddressOf(ComponentProperties properties)
    {
        var given = properties.Text("connectionString", "host");
        var protocol = properties.Text("protocol") is { Length: > 0 } named ? named : null;
        var host = properties.Text("hostname") is { Length: > 0 } other ? other : "localhost";
        var user = properties.Text("username") ?? "";
        var password = properties.Text("password") ?? "";
        var secret = password.Length > 0 ? ":" + Uri.EscapeDataString(password) : "";
        var credentials = user.Length > 0 ? $"{Uri.EscapeDataString(user)}{secret}@" : "";
        var text = given is { Length: > 0 } ? given : $"{protocol ?? "amqp"}://{credentials}{host}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("amqp" or "amqps"))
        {
            properties.Report("connectionString", "invalid RabbitMQ connection string; right would be amqp://user:password@localhost:5672");
            return new Uri("amqp://localhost");
        }
        if (protocol is not null && protocol != address.Scheme)
        {
            properties.Report("protocol", $"protocol '{protocol}' does not match the connection string, which says '{address.Scheme}'");
        }
        return address;
    }
}
