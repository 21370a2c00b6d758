using System.Net;
using System.Text.Json;
using ServiceDefaults;
using ServiceDefaults.Refusals;

namespace Orders.Services;

/// <summary>
/// Reads another service's answer: 2xx is a value, other 4xx a refusal that repeating won't change, and all else (5xx, 408, 429, no answer)
/// an exception, which the saga's retries deal with.
/// </summary>
internal static class ServiceReply
{
    public static async Task<Outcome<T>> ReadAsync<T>(this HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            return (await response.Content.ReadFromJsonAsync<T>(Json.Options, cancellation))!;
        }
        if (
            response.StatusCode
            is < HttpStatusCode.BadRequest
                or >= HttpStatusCode.InternalServerError
                or HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or HttpStatusCode.Unauthorized
        )
        {
            throw new HttpRequestException(
                $"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode}",
                null,
                response.StatusCode
            );
        }
        return await RefusalAsync(response, cancellation);
    }

    private static async Task<Refusal> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            var problem = JsonSerializer.Deserialize<Problem>(text, Json.Options);
            return new Refusal(
                RefusalStatuses.KindOf((int)response.StatusCode),
                problem?.Code ?? "refused",
                problem?.Detail ?? problem?.Title ?? text
            );
        }
        catch (JsonException)
        {
            return new Refusal(RefusalStatuses.KindOf((int)response.StatusCode), "refused", text);
        }
    }

    private sealed record Problem(string? Code, string? Title, string? Detail);
}
