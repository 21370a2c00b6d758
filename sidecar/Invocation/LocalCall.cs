using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Metrics;

namespace Sidecar.Invocation;

/// <summary>The gRPC form of an invocation to an app of this process.</summary>
internal static class LocalCall
{
    /// <exception cref="RpcException">The gRPC app has refused the call.</exception>
    /// <exception cref="DaprException">The call is not allowed, or the app has not answered.</exception>
    public static async Task<InvocationReply> SendAsync(
        ILocalApp callee,
        string caller,
        InvocationTarget target,
        InvocationCall call,
        CancellationToken cancellation
    )
    {
        Callee.DemandAllowed(callee, target, caller, call.Verb);
        SidecarMeter.Received(target.Id, caller);
        var client = Callee.Client(callee, target, caller);
        Callee.DemandHealthy(callee, target);
        if (call.VerbProblem is { } problem && !callee.Options.AppIsGrpc)
        {
            throw InvocationErrors.InvokeFailed(target.Id, StatusCode.InvalidArgument, problem);
        }
        var headers = call
            .Headers.Where(header => !InvocationHeaders.Drops(header.Key, caller, target.Id) && !InvocationHeaders.IsOwn(header.Key))
            .Concat(InvocationHeaders.Of(caller, target.Id, InvocationHeaders.Namespace))
            .ToList();
        var span = Callee.StartSpan(callee, target, caller, call.Trace);
        var status = 0; // of a call without an answer, as in daprd
        try
        {
            var reply = await callee.Channel!.InvokeAsync(
                call with
                {
                    Method = target.Method,
                    Headers = headers,
                    Trace = span.Context,
                },
                cancellation
            );
            status = reply.AppStatus;
            return reply;
        }
        catch (RpcException e)
        {
            status = (int)e.StatusCode;
            throw;
        }
        catch (HttpRequestException e)
        {
            var url = AppPath.Resolve(client.Address, target.Method, call.QueryString);
            throw InvocationErrors.AppFailed(
                target.Id,
                target.Id == caller,
                HttpForwarding.Failure(call.Verb, url, HttpForwarding.Cause(e))
            );
        }
        finally
        {
            span.End();
            SidecarMeter.AnswerSent(target.Id, caller, status);
        }
    }
}
