using System.Globalization;
using Sidecar.Resiliency;

namespace Sidecar.Invocation;

/// <summary>
/// One attempt of a proxied gRPC call under a policy, stored with the request. An answer that consists of a failing status only is held
/// back, so that another attempt can replace it.
/// </summary>
internal sealed class ProxyAttempt(CancellationToken cancellation) : IFallible
{
    private const string Status = "grpc-status";

    private List<KeyValuePair<string, string[]>>? held;

    public CancellationToken Cancellation => cancellation;

    public bool Failed => Code is not null;

    public int? Code { get; private set; }

    /// <summary>Answers of the sidecar itself are held back as well.</summary>
    public void Note(HttpResponse response)
    {
        if (!response.HasStarted && IsFailure(response.Headers[Status].ToString(), out var code))
        {
            (Code, held) = (
                code,
                [.. response.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.OfType<string>().ToArray()))]
            );
        }
    }

    public bool Holds(HttpResponseMessage? response)
    {
        if (response is null || !response.Headers.TryGetValues(Status, out var said) || !IsFailure(said.First(), out var code))
        {
            return false;
        }
        (Code, held) = (
            code,
            [.. response.Headers.Concat(response.Content.Headers).Select(header => KeyValuePair.Create(header.Key, header.Value.ToArray()))]
        );
        return true;
    }

    /// <summary>Sends the answer that was held back, if no attempt follows.</summary>
    public void Conclude(HttpResponse response)
    {
        if (held is null || response.HasStarted)
        {
            return;
        }
        response.StatusCode = 200;
        foreach (var (name, values) in held.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
        {
            response.Headers[name] = values;
        }
    }

    private static bool IsFailure(string status, out int code) => int.TryParse(status, CultureInfo.InvariantCulture, out code) && code != 0;
}
