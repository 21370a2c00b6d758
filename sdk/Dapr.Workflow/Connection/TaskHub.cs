using Dapr.Workflow.Protocol;
using Grpc.Net.Client;

namespace Dapr.Workflow.Connection;

/// <summary>A connection to the sidecar. Owns its channel.</summary>
internal sealed class TaskHub(GrpcChannel channel, string? apiToken, HttpClient? ownedHttp = null) : IDisposable
{
    internal TaskHubSidecarService.TaskHubSidecarServiceClient Client { get; } = new(channel);

    internal HubHeaders Headers { get; } = new(apiToken);

    /// <summary>Host and port.</summary>
    internal string Target => channel.Target;

    internal static TaskHub Connect(string endpoint, string? apiToken, MessageSizes sizes) => new(
        GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                // A work stream may be silent for hours; pings keep it alive and tell a dead connection.
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                KeepAlivePingDelay = TimeSpan.FromSeconds(60),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
                EnableMultipleHttp2Connections = true,
            },
            DisposeHttpClient = true,
            ThrowOperationCanceledOnCancellation = true,
            // A sidecar may come up after its app or start anew; gRPC's own pauses grow to two minutes.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
            MaxReconnectBackoff = TimeSpan.FromSeconds(1),
            MaxReceiveMessageSize = sizes.Receive,
            MaxSendMessageSize = sizes.Send,
        }),
        apiToken);

    public void Dispose()
    {
        channel.Dispose();
        ownedHttp?.Dispose();
    }
}
