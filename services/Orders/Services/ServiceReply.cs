using System.Net;
using System.Text.Json;
using ServiceDefaults;
using ServiceDefaults.Refusals;

namespace Orders.Services;

/// <summary>
/// Reads another service's answer: 2xx is a value, other 4xx a refusal that repeating won't change, and all else (5xx, 408, 429, no answer)
/// an exception, which the saga's retries deal with. A 4xx without problem details is an exception too: services refuse with problem
/// details, so it comes from a sidecar, and its text is not for customers.
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
            || response.Content.Headers.ContentType?.MediaType != Problem.MediaType
        )
        {
            throw new HttpRequestException(
                $"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode}",
                null,
                response.StatusCode
            );
        }
        var problem = JsonSerializer.Deserialize<Details>(await response.Content.ReadAsStringAsync(cancellation), Json.Options)!;
        return new Refusal(
            RefusalStatuses.KindOf((int)response.StatusCode),
            problem.Code ?? "refused",
            problem.Detail ?? problem.Title ?? "The request was refused."
        );
    }

    private sealed record Details(string? Code, string? Title, string? Detail);
}
