using System.Net;
using Sidecar.Apps;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>Runs a transformer, but keeps failing answers in the <see cref="Attempt"/>.</summary>
internal sealed class HeldAnswerTransformer(ForwardedHeaders inner, Attempt attempt) : HttpTransformer
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
    )
    {
        if (
            response is null
            || inner.IsFinal(response)
            || SwitchedProtocol.StatusOf(response) is >= HttpStatusCode.OK and < HttpStatusCode.BadRequest
        )
        {
            return await inner.TransformResponseAsync(context, response, cancellation);
        }
        inner.CleanUp(response);
        await attempt.HoldAsync(response);
        return false;
    }
}
