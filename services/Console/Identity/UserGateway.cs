using System.Text.Json.Nodes;
using Console.Edge;

namespace Console.Identity;

/// <summary>Calls the gateway with the access token of the signed-in person.</summary>
public sealed class UserGateway(GatewayClient client, Session session)
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
