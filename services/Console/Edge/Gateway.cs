using System.Text.Json.Nodes;
using Console.Identity;

namespace Console.Edge;

/// <summary>The gateway as the person of this page may use it.</summary>
public sealed class Gateway(GatewayClient client, Session session)
{
    public async Task<Answer<T>> GetAsync<T>(string path, CancellationToken cancellation)
        where T : class => await client.SendAsync<T>(HttpMethod.Get, path, null, await session.TokenAsync(), null, cancellation);

    public async Task<Answer<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        object? body,
        CancellationToken cancellation,
        string? idempotencyKey = null
    )
        where T : class => await client.SendAsync<T>(method, path, body, await session.TokenAsync(), idempotencyKey, cancellation);

    public async Task<Answer<Done>> PostAsync(string path, object? body, CancellationToken cancellation) =>
        Done.Of(await SendAsync<JsonNode>(HttpMethod.Post, path, body ?? new { }, cancellation));
}
