using Sidecar.Http;

namespace Sidecar.Apps;

/// <summary>The HTTP request of an invocation whose body is in memory, and its reply.</summary>
internal static class HttpCall
{
    /// <param name="chunked">False for calls whose body daprd does not stream: it writes the length of an empty one.</param>
    public static HttpRequestMessage Request(InvocationCall call, Uri url, bool http2, bool chunked = true)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Verb), url);
        if (call.Body.Length > 0 || call.ContentType is not null)
        {
            request.Content = WrittenContentType.Content(call.Body, call.ContentType);
        }
        else if (!http2 && EmptyBody.IsNeeded(call.Verb))
        {
            request.Content = new EmptyBody(chunked);
        }
        List<string?>? connection = null;
        foreach (var (name, value) in call.Headers)
        {
            if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                (connection ??= []).Add(value);
            }
            else if (!EndsHere(name) && !request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        if (connection is not null)
        {
            HopByHopHeaders.RemoveNominated(connection, request.Headers, request.Content);
        }
        InvocationHeaders.MakeHttp(request.Headers);
        call.Trace.AddTo(request);
        return request;
    }

    public static async Task<InvocationReply> ReplyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        HopByHopHeaders.RemoveNominated(response);
        var headers = response
            .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Where(header => !HopByHopHeaders.Contains(header.Key))
            .SelectMany(header => header.Value.AsEnumerable(), (header, value) => KeyValuePair.Create(header.Key, value))
            .ToList();
        return new InvocationReply((int)response.StatusCode, WrittenContentType.Of(response.Content), body, headers);
    }

    /// <summary>True for a header of the connection to the client, and for one that the call itself determines.</summary>
    private static bool EndsHere(string name) =>
        HopByHopHeaders.Contains(name)
        || name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
}
