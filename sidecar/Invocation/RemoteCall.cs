using System.Net;
using System.Net.Http.Headers;
using Sidecar.Apps;
using Sidecar.Http;
using Sidecar.Names;

namespace Sidecar.Invocation;

/// <summary>The gRPC form of an invocation to an app of another sidecar process.</summary>
internal static class RemoteCall
{
    public static async Task<InvocationReply> SendAsync(
        Uri sidecar,
        string caller,
        InvocationTarget target,
        InvocationCall call,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Verb), AppPath.Resolve(sidecar, target.Method, call.QueryString))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(call.Body),
        };
        if (MediaTypeHeaderValue.TryParse(call.ContentType, out var type))
        {
            request.Content.Headers.ContentType = type;
        }
        foreach (var (name, value) in call.Headers.Where(header => !InvocationHeaders.IsOwn(header.Key)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        SidecarRegistry.Introduce(request, caller, target.Id, call.Trace);
        using var response = await SidecarRegistry.Invoker.SendAsync(request, cancellation);
        var headers = response.Headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value))).ToList();
        return new InvocationReply(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.ToString(),
            await response.Content.ReadAsByteArrayAsync(cancellation),
            headers
        );
    }
}
