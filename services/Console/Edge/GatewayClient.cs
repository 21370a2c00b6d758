using System.Net.Http.Headers;
using System.Text.Json;
using ServiceDefaults;

namespace Console.Edge;

/// <summary>
/// Calls the gateway through this app's sidecar with a person's token, so the gateway applies its usual rules. An expected failure is an
/// answer, not an exception.
/// </summary>
public sealed class GatewayClient(HttpClient http)
{
    /// <summary>Longer than the gateway waits for a service, so that its own answer arrives.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(15);

    public async Task<Answer<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        object? body,
        string? token,
        string? idempotencyKey,
        CancellationToken cancellation
    )
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options),
        };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(MaxWait);
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            return response.IsSuccessStatusCode
                ? new Answer<T>(await response.Content.ReadFromJsonAsync<T>(Json.Options, patience.Token), null)
                : new Answer<T>(null, await ReadAsync(response, patience.Token));
        }
        catch (HttpRequestException e)
        {
            return new Answer<T>(null, Problem.Away(e.Message));
        }
        catch (JsonException e)
        {
            return new Answer<T>(null, Problem.Away(e.Message));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Answer<T>(null, Problem.Away($"{method} {path} took longer than {MaxWait.TotalSeconds:0} s."));
        }
    }

    /// <summary>Problem details of the gateway, or the sidecar's word that there is no gateway to be reached.</summary>
    private static async Task<Problem> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                return Text(json.RootElement, "errorCode") is { } error
                    ? Problem.Away(Text(json.RootElement, "message") ?? error)
                    : new Problem(
                        status,
                        Text(json.RootElement, "code"),
                        Text(json.RootElement, "detail") ?? Text(json.RootElement, "title")
                    );
            }
        }
        catch (JsonException)
        {
            // Not every refusal has a body; then the status says it all.
        }
        return new Problem(status, null, null);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
