using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Resiliency;

namespace Sidecar.Invocation;

/// <summary>
/// One attempt of a forwarded call under a policy, stored with the request. An answer that counts as a failure (any status but 2xx and 3xx)
/// is held back, so that another attempt can replace it.
/// </summary>
internal sealed class Attempt(CancellationToken cancellation) : IFallible
{
    private HeldAnswer? held;
    private DaprException? failure;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Cancelled when the running attempt has timed out, or when the caller has disconnected.</summary>
    public static CancellationToken CancellationOf(HttpContext context) =>
        context.Features.Get<Attempt>()?.Cancellation ?? context.RequestAborted;

    /// <summary>The status of the latest answer to a forwarded request: the code of a gRPC app, otherwise the HTTP status.</summary>
    public static int StatusOf(HttpContext context) =>
        context.Features.Get<GrpcAppStatus>()?.Code ?? context.Features.Get<Attempt>()?.Code ?? context.Response.StatusCode;

    public bool Failed => held is not null || failure is not null;

    /// <summary>Null for a connection failure: it has no status, and is retried whatever statuses the rule names.</summary>
    public int? Code => held?.Status;

    public void Fail(DaprException reason) => failure = reason;

    public async Task HoldAsync(HttpResponseMessage response) =>
        held = new HeldAnswer(
            (int)SwitchedProtocol.StatusOf(response),
            [
                .. response
                    .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                    .Where(header => !HopByHopHeaders.Contains(header.Key) && header.Key != SwitchedProtocol.Marker)
                    .Select(header => KeyValuePair.Create(header.Key, header.Value.ToArray())),
            ],
            await response.Content.ReadAsByteArrayAsync(cancellation)
        );

    /// <summary>Sends the answer that was held back, if no attempt follows.</summary>
    public async Task ConcludeAsync(HttpContext context)
    {
        if (failure is not null)
        {
            throw failure;
        }
        if (held is null)
        {
            return;
        }
        context.Response.StatusCode = held.Status;
        foreach (var (name, values) in held.Headers)
        {
            context.Response.Headers[name] = values;
        }
        ForwardedHeaders.Complete(context);
        if (held.Body.Length > 0) // an answer of status 101 must have none
        {
            context.Response.ContentLength = held.Body.Length;
            await context.Response.Body.WriteAsync(held.Body, context.RequestAborted);
        }
    }

    private sealed record HeldAnswer(int Status, IReadOnlyList<KeyValuePair<string, string[]>> Headers, byte[] Body);
}
