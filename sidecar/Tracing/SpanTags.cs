namespace Sidecar.Tracing;

/// <summary>The attribute names of spans, as in daprd. Source: daprd's <c>diagnostics/consts</c>.</summary>
internal static class SpanTags
{
    public const string Api = "dapr.api";
    public const string Protocol = "dapr.protocol";
    public const string StatusCode = "dapr.status_code";
    public const string InvokedMethod = "dapr.invoke_method";
    public const string Actor = "dapr.actor";
    public const string DbSystem = "db.system";
    public const string DbName = "db.name";
    public const string DbStatement = "db.statement";
    public const string DbConnection = "db.connection_string";
    public const string MessagingSystem = "messaging.system";
    public const string MessagingDestination = "messaging.destination.name";
    public const string RpcService = "rpc.service";
    public const string PeerName = "net.peer.name";
    public const string HttpMethod = "http.request.method";
    public const string Url = "url.full";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";

    public const string ServiceInvocation = "ServiceInvocation";
    public const string DaprService = "Dapr";

    /// <summary>Building blocks whose spans have database attributes: state, secrets, bindings.</summary>
    public static void Store(Span span, string block, string component, string statement)
    {
        span.Tag(DbSystem, block);
        span.Tag(DbConnection, block);
        span.Tag(DbStatement, statement);
        span.Tag(DbName, component);
    }

    public static void Topic(Span span, string topic)
    {
        span.Tag(MessagingSystem, "pubsub");
        span.Tag(MessagingDestination, topic);
    }

    public static void Invocation(Span span, string appId, string method)
    {
        span.Name($"CallLocal/{appId}/{method}");
        span.Tag(RpcService, ServiceInvocation);
        span.Tag(PeerName, appId);
    }
}
