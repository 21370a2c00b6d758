using Sidecar.Components;

namespace Sidecar.Middleware;

/// <summary>A component that inspects requests to the API or to the app, and may change or refuse them.</summary>
internal interface IHttpMiddleware : IComponent
{
    /// <summary>Returns null to pass on the request as it is now.</summary>
    ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation);
}

/// <summary>The answer of a middleware that stops a request.</summary>
internal sealed record Refusal(int Status, string Message)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>
/// A request in a pipeline. <paramref name="Path"/> is decoded and begins with a slash, <paramref name="query"/> is empty or begins with
/// <c>?</c>.
/// </summary>
internal sealed class PipelineRequest(string path, string query, Func<string, string?> header, string? caller, Func<Task<byte[]>> readBody)
{
    public string Path { get; set; } = path;

    public string Query { get; set; } = query;

    /// <summary>The address that the request came from.</summary>
    public string? Caller => caller;

    /// <summary>The new body; null to keep the body.</summary>
    public byte[]? NewBody { get; set; }

    public string? Header(string name) => header(name);

    public async Task<byte[]> BodyAsync() => NewBody ?? await readBody();
}
