using Sidecar.Apps;
using Sidecar.Failures;
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

    public bool Failed => held is not null || failure is not null;

    /// <summary>Null for a connection failure: it has no status, and is retried whatever statuses the rule names.</summary>
    public int? Code => held?.Status;

    public void Fail(DaprException reason) => failure = reason;

    public async Task HoldAsync(HttpResponseMessage response) =>
        held = new HeldAnswer(
            (int)SwitchedProtocol.StatusOf(response),
            [.. response.Headers.Concat(response.Content.Headers)],
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
        foreach (var (name, values) in held.Headers.Where(header => !HopByHop.Contains(header.Key)))
        {
            context.Response.Headers[name] = values.ToArray();
        }
        if (held.Body.Length > 0) // an answer of status 101 must have none
        {
            await context.Response.Body.WriteAsync(held.Body, context.RequestAborted);
        }
    }

    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection",
        "Keep-Alive",
        "Transfer-Encoding",
        "Upgrade",
        "Proxy-Connection",
        SwitchedProtocol.Marker,
    };

    private sealed record HeldAnswer(int Status, IReadOnlyList<KeyValuePair<string, IEnumerable<string>>> Headers, byte[] Body);
}
