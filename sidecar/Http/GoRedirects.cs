using System.Net;

namespace Sidecar.Http;

/// <summary>
/// Follows redirects as Go's HTTP client does. .NET's own handler loses the credentials of a request to the same host, repeats some verbs
/// that Go turns into GET, and does not follow a redirect that leaves TLS. Source: Go's <c>net/http</c>, <c>Client</c>.
/// </summary>
/// <param name="repeatsBody">
/// False if the body of a request can be sent only once. The caller then receives 307 and 308, which require the same body.
/// </param>
internal sealed class GoRedirects(HttpMessageHandler inner, bool repeatsBody) : DelegatingHandler(inner)
{
    private const int MaxRedirects = 9;
    private const string Referer = "Referer";
    private const string AcceptEncoding = "Accept-Encoding";

    private static readonly string[] Credentials =
    [
        "Authorization",
        "WWW-Authenticate",
        "Cookie",
        "Cookie2",
        "Proxy-Authorization",
        "Proxy-Authenticate",
    ];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        var firstHost = url.Host;
        var hasReferer = request.Headers.NonValidated.Contains(Referer);
        var namesEncoding = request.Headers.NonValidated.Contains(AcceptEncoding);
        for (var followed = 0; ; followed++)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!IsFollowed(response.StatusCode) || response.Headers.Location is not { } location)
            {
                return response;
            }
            var from = new Uri($"{url.Scheme}://{url.Authority}{url.PathAndQuery}");
            if (!Uri.TryCreate(from, location, out var next) || next.Scheme is not ("http" or "https"))
            {
                return response;
            }
            url = next;
            var status = response.StatusCode;
            response.Dispose();
            if (followed == MaxRedirects)
            {
                throw new HttpRequestException("stopped after 10 redirects");
            }
            Redirect(request, status, url);
            if (!IsOrIsBelow(url.Host, firstHost))
            {
                Remove(request, Credentials);
            }
            if (!hasReferer)
            {
                Remove(request, Referer);
                AddReferer(request, from, url);
            }
            if (!namesEncoding)
            {
                Remove(request, AcceptEncoding); // TransparentGzip has added it, and unpacks the next answer only if it adds it again
            }
        }
    }

    private bool IsFollowed(HttpStatusCode status) => (int)status is 301 or 302 or 303 || ((int)status is 307 or 308 && repeatsBody);

    private static void Redirect(HttpRequestMessage request, HttpStatusCode status, Uri to)
    {
        request.RequestUri = to;
        if ((int)status is 307 or 308)
        {
            return;
        }
        request.Content = null;
        if (request.Method != HttpMethod.Head)
        {
            request.Method = HttpMethod.Get;
        }
    }

    private static void AddReferer(HttpRequestMessage request, Uri from, Uri to)
    {
        if (from.Scheme == "http" || to.Scheme == "https")
        {
            request.Headers.TryAddWithoutValidation(Referer, from.OriginalString);
        }
    }

    private static void Remove(HttpRequestMessage request, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            request.Headers.Remove(name);
        }
    }

    private static bool IsOrIsBelow(string host, string parent) =>
        host.Equals(parent, StringComparison.OrdinalIgnoreCase)
        || (!host.Contains(':', StringComparison.Ordinal) && host.EndsWith("." + parent, StringComparison.OrdinalIgnoreCase));
}
