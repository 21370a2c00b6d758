using System.Net;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Names;

namespace Sidecar.Invocation;

/// <summary>The gRPC form of an invocation to an app of another sidecar process.</summary>
internal static class RemoteCall
{
    /// <exception cref="Grpc.Core.RpcException">The gRPC app has refused the call.</exception>
    /// <exception cref="DaprException">The other sidecar has not answered.</exception>
    public static async Task<InvocationReply> SendAsync(
        Uri sidecar,
        INameResolver names,
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
        if (call.ContentType is { Length: > 0 } type)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type); // the apps may use any text
        }
        foreach (var (name, value) in call.Headers.Where(header => !InvocationHeaders.IsOwn(header.Key)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        new GrpcForm(call.TypeUrl).AddTo(request);
        SidecarRegistry.Introduce(request, caller, target.Id, call.Trace);
        using var response = await SendAsync(request, names, target.Id, cancellation);
        var headers = response.Headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value))).ToList();
        var reply = new InvocationReply(
            (int)response.StatusCode,
            response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var answered) ? answered.ToString() : null,
            await response.Content.ReadAsByteArrayAsync(cancellation),
            headers
        );
        return GrpcForm.Restore(reply);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        INameResolver names,
        string targetId,
        CancellationToken cancellation
    )
    {
        try
        {
            return await SidecarRegistry.Invoker.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e)
        {
            if (ConnectionRefusal.Is(e))
            {
                names.Forget();
            }
            var failure = HttpForwarding.Failure(request.Method.Method, request.RequestUri!, HttpForwarding.Cause(e));
            throw InvocationErrors.AppFailed(targetId, direct: false, failure);
        }
    }
}
