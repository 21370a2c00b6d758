using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>Runs a transformer, but keeps failing answers in the <see cref="ProxyAttempt"/>.</summary>
internal sealed class HeldStatusTransformer(HttpTransformer inner, ProxyAttempt attempt) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    ) => inner.TransformRequestAsync(context, request, destinationPrefix, cancellation);

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext context,
        HttpResponseMessage? response,
        CancellationToken cancellation
    ) => !attempt.Holds(response) && await inner.TransformResponseAsync(context, response, cancellation);

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext context,
        HttpResponseMessage response,
        CancellationToken cancellation
    ) => inner.TransformResponseTrailersAsync(context, response, cancellation);
}
