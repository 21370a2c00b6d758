using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>
/// Removes hop-by-hop headers. The forwarder removes most of them; this class removes the others and those that <c>Connection</c> nominates
/// (RFC 9110, section 7.6.1).
/// </summary>
internal abstract class ForwardedHeaders : HttpTransformer
{
    private static readonly string[] Others =
    [
        "Trailer",
        "HTTP2-Settings",
        "Proxy-Connection",
        "Proxy-Authorization",
        "Proxy-Authenticate",
    ];

    public override async ValueTask TransformRequestAsync(
        HttpContext context,
        HttpRequestMessage request,
        string destinationPrefix,
        CancellationToken cancellation
    )
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        foreach (var name in Others)
        {
            request.Headers.Remove(name);
        }
        foreach (var name in Nominated(context.Request.Headers.Connection.ToArray()))
        {
            request.Headers.Remove(name);
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
        foreach (var name in Others)
        {
            response.Headers.Remove(name);
        }
        if (response.Headers.NonValidated.TryGetValues("Connection", out var nominated))
        {
            foreach (var name in Nominated(nominated).ToList())
            {
                response.Headers.Remove(name);
            }
        }
        var copiesBody = await base.TransformResponseAsync(context, response, cancellation);
        // daprd passes on the status without the app's words for it.
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = ReasonPhrases.GetReasonPhrase(context.Response.StatusCode)
            is { Length: > 0 } usual
            ? usual
            : $"status code {context.Response.StatusCode}";
        if (context.Response.StatusCode == StatusCodes.Status304NotModified)
        {
            context.Response.ContentType = null;
        }
        else if (string.IsNullOrEmpty(context.Response.ContentType) && context.Request.Protocol != HttpProtocol.Http2)
        {
            context.Response.Body = new SniffedBody(context.Response);
        }
        Apps.SwitchedProtocol.Restore(context);
        return copiesBody;
    }

    /// <summary>An invalid header name nominates nothing; the headers of a body stay.</summary>
    private static IEnumerable<string> Nominated(IEnumerable<string?> connection) =>
        connection
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(name =>
                name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            );
}
