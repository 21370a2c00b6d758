using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace EndToEnd.Orders;

/// <summary>
/// Adds a token of the development endpoint to every request, and gets it before the first. An anonymous client has no name and sends no
/// token.
/// </summary>
internal sealed class TokenHandler(Uri edge, string? name, string role) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
{
    private volatile string? token;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (name is not null && request.Headers.Authorization is null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ??= await FetchAsync(cancellationToken));
        }
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<string> FetchAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge, "/api/auth/token"))
        {
            Content = JsonContent.Create(new { name, role }),
        };
        using var response = await base.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<Issued>(cancellation))!.Token;
    }

    private sealed record Issued(string Token);
}
