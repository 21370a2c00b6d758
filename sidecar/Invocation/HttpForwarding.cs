using System.Net.Sockets;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Names;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>Forwards one HTTP request to one address, and maps a failed connection to Dapr's error.</summary>
internal sealed class HttpForwarding(IHttpForwarder forwarder, INameResolver names)
{
    /// <summary>daprd limits no call; the forwarder needs a limit for the time without a byte.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    public static readonly ForwarderRequestConfig Http11 = new()
    {
        Version = System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        ActivityTimeout = LongestSilence,
    };
    public static readonly ForwarderRequestConfig Http2 = new()
    {
        Version = System.Net.HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = LongestSilence,
    };

    /// <summary>Sends the answer to the caller.</summary>
    /// <param name="direct">True if the address is the target's own, so that no other sidecar is between.</param>
    /// <exception cref="DaprException">There is no answer.</exception>
    public async Task SendAsync(
        HttpContext context,
        Uri address,
        HttpMessageInvoker invoker,
        ForwarderRequestConfig config,
        ForwardedHeaders transformer,
        InvocationTarget target,
        bool direct = false
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
        throw !direct && RequestBody.IsTooLarge(failure)
            ? InvocationErrors.InvokeFailed(target.Id, RequestBody.TooLarge)
            : InvocationErrors.AppFailed(target.Id, direct, Failure(context.Request.Method, transformer.UrlOf(context.Request), cause));
    }

    /// <summary>The text of a call without an answer, as Go's HTTP client writes it.</summary>
    public static string Failure(string verb, Uri url, string? cause) =>
        $"{verb[..1]}{verb[1..].ToLowerInvariant()} \"{url.AbsoluteUri}\": {cause}";

    /// <summary>True if no connection was made in time. .NET reports this as a cancellation.</summary>
    public static bool IsConnectTimeout(Exception? failure) => failure is OperationCanceledException { InnerException: TimeoutException };

    public static string? Cause(Exception? failure) =>
        failure switch
        {
            _ when RequestBody.IsTooLarge(failure) => RequestBody.TooLarge,
            _ when IsConnectTimeout(failure) => "dial tcp: i/o timeout",
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
                "dial tcp: connect: connection refused",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
            { InnerException: { } inner } => inner.Message,
            _ => failure?.Message,
        };
}
