using System.Net.Sockets;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Names;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>Forwards one HTTP request to one address, and maps a failed connection to Dapr's error.</summary>
internal sealed class HttpForwarding(IHttpForwarder forwarder, INameResolver names)
{
    public static readonly ForwarderRequestConfig Http11 = new()
    {
        Version = System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        ActivityTimeout = TimeSpan.FromMinutes(10),
    };
    public static readonly ForwarderRequestConfig Http2 = new()
    {
        Version = System.Net.HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = TimeSpan.FromDays(1),
    };

    /// <summary>Sends the answer to the caller.</summary>
    /// <param name="own">True if the target is the caller itself.</param>
    /// <exception cref="DaprException">There is no answer.</exception>
    public async Task SendAsync(
        HttpContext context,
        Uri address,
        HttpMessageInvoker invoker,
        ForwarderRequestConfig config,
        HttpTransformer transformer,
        InvocationTarget target,
        bool own = false
    )
    {
        var attempt = context.Features.Get<Attempt>();
        var error = attempt is null
            ? await forwarder.SendAsync(context, address.ToString(), invoker, config, transformer)
            : await forwarder.SendAsync(
                context,
                address.ToString(),
                invoker,
                config,
                new HeldAnswerTransformer(transformer, attempt),
                attempt.Cancellation
            );
        if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        attempt?.Cancellation.ThrowIfCancellationRequested();
        var failure = context.GetForwarderErrorFeature()?.Exception;
        var cause = Cause(failure) ?? error.ToString();
        context.Response.Clear();
        if (ConnectionRefusal.Is(failure))
        {
            names.Forget();
        }
        var verb = $"{context.Request.Method[..1]}{context.Request.Method[1..].ToLowerInvariant()}";
        throw InvocationErrors.AppFailed(target.Id, own, $"{verb} \"{AppPath.Resolve(address, target.Method, "")}\": {cause}");
    }

    public static string? Cause(Exception? failure) =>
        failure switch
        {
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
                "dial tcp: connect: connection refused",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
            { InnerException: { } inner } => inner.Message,
            _ => failure?.Message,
        };
}
