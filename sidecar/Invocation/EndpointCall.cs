using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>The gRPC form of an invocation to the server of an HTTPEndpoint.</summary>
internal static class EndpointCall
{
    /// <exception cref="DaprException">The call has no verb, or the server has not answered.</exception>
    public static async Task<InvocationReply> SendAsync(
        HttpEndpoint endpoint,
        HttpMessageInvoker client,
        InvocationTarget target,
        InvocationCall call,
        CancellationToken cancellation
    )
    {
        if (call.VerbProblem is { } problem)
        {
            throw InvocationErrors.InvokeFailed(target.Id, StatusCode.InvalidArgument, problem);
        }
        var url = ToEndpoint.UrlOf(endpoint, target, call.QueryString);
        using var request = HttpCall.Request(call, url, http2: false, chunked: false);
        ToEndpoint.AddHeaders(request, endpoint);
        try
        {
            using var response = await client.SendAsync(request, cancellation);
            return await HttpCall.ReplyAsync(response, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException || HttpForwarding.IsConnectTimeout(e))
        {
            throw InvocationErrors.AppFailed(target.Id, direct: true, HttpForwarding.Failure(call.Verb, url, HttpForwarding.Cause(e)));
        }
    }
}
