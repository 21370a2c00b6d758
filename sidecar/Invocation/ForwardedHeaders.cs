using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Sidecar.Apps;
using Sidecar.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>
/// Removes hop-by-hop headers. The forwarder removes most of them; this class removes the others and those that <c>Connection</c>
/// nominates.
/// </summary>
/// <param name="http">True for the way between an HTTP client and an HTTP server, on which headers of gRPC do not pass unchanged.</param>
internal abstract class ForwardedHeaders(bool http) : HttpTransformer
{
    private static readonly string[] Others =
    [
        "Trailer",
        "HTTP2-Settings",
        "Proxy-Connection",
        "Proxy-Authorization",
        "Proxy-Authenticate",
    ];

    protected bool IsHttp => http;

    /// <summary>True for an answer that no policy repeats, whatever its status.</summary>
    public virtual bool IsFinal(HttpResponseMessage response) => false;

    /// <summary>The URL that a request is sent to.</summary>
    public abstract Uri UrlOf(HttpRequest request);

    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.RequestUri = UrlOf(context.Request);
        foreach (var name in Others)
        {
            request.Headers.Remove(name);
        }
        if (context.Request.Headers.Connection is { Count: > 0 } nominated)
        {
            HopByHopHeaders.RemoveNominated(nominated, request.Headers, request.Content);
        }
        if (IsHttp)
        {
            InvocationHeaders.MakeHttp(request.Headers);
            RemoveEmptyContentType(request.Content);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext context,
        HttpResponseMessage? response,
        CancellationToken cancellation
    )
    {
        if (response is null)
        {
            return await base.TransformResponseAsync(context, response, cancellation);
        }
        CleanUp(response);
        var copiesBody = await base.TransformResponseAsync(context, response, cancellation);
        SwitchedProtocol.Restore(context);
        Complete(context);
        return copiesBody;
    }

    /// <summary>Removes and renames headers of an answer before it is copied.</summary>
    public void CleanUp(HttpResponseMessage response)
    {
        foreach (var name in Others)
        {
            response.Headers.Remove(name);
        }
        HopByHopHeaders.RemoveNominated(response);
        if (IsHttp)
        {
            InvocationHeaders.MakeHttp(response.Headers);
        }
    }

    /// <summary>
    /// Sets the words of the status, and the content type of an answer without one: JSON for an error, unless the request has streamed, and
    /// otherwise by the first bytes.
    /// </summary>
    public static void Complete(HttpContext context)
    {
        var response = context.Response;
        // daprd passes on the status without the app's words for it.
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = ReasonPhrases.GetReasonPhrase(response.StatusCode)
            is { Length: > 0 } usual
            ? usual
            : $"status code {response.StatusCode}";
        if (response.StatusCode == StatusCodes.Status304NotModified)
        {
            response.ContentType = null;
        }
        else if (string.IsNullOrEmpty(response.ContentType) && context.Request.Protocol != HttpProtocol.Http2)
        {
            if (response.StatusCode >= 400 && context.Request.Headers.TransferEncoding.Count == 0)
            {
                response.ContentType = "application/json";
            }
            else
            {
                response.Body = new SniffedBody(response);
            }
        }
    }

    private static void RemoveEmptyContentType(HttpContent? content)
    {
        if (content?.Headers.NonValidated.TryGetValues("Content-Type", out var type) == true && type.All(string.IsNullOrWhiteSpace))
        {
            content.Headers.Remove("Content-Type");
        }
    }
}
