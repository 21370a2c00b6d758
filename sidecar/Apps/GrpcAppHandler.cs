namespace Sidecar.Apps;

/// <summary>Makes the channel of a gRPC app use the app's connection pool and token.</summary>
internal sealed class GrpcAppHandler(AppClient client) : HttpMessageHandler
{
    /// <summary>daprd sends no app token with them.</summary>
    private static readonly string[] WithoutToken =
    [
        AppCallbackMethods.HealthCheck.FullName,
        AppCallbackMethods.ListTopicSubscriptions.FullName,
    ];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!WithoutToken.Contains(request.RequestUri!.AbsolutePath, StringComparer.Ordinal))
        {
            client.Authorize(request);
        }
        return client.Invoker.SendAsync(request, cancellationToken);
    }
}
