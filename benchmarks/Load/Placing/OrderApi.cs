using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Load.Placing;

/// <summary>The public API as a customer uses it.</summary>
internal sealed class OrderApi : IDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly HttpClient http;

    public OrderApi(Uri url, int concurrency) =>
        http = new HttpClient(
            new SocketsHttpHandler
            {
                MaxConnectionsPerServer = concurrency,
                UseProxy = false,
                UseCookies = false,
            }
        )
        {
            BaseAddress = url,
            Timeout = MaxWait,
        };

    /// <summary>Null if the system answers at the address.</summary>
    public async Task<string?> WhyUnreachableAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/healthz", UriKind.Relative), cancellation);
            return response.IsSuccessStatusCode
                ? await WhyNotAdmittedAsync(cancellation)
                : $"GET /healthz answered {(int)response.StatusCode}";
        }
        catch (Exception e) when (IsNoAnswer(e, cancellation))
        {
            return e.Message;
        }
    }

    /// <summary>The new order's id, or the kind of error.</summary>
    public async Task<(string? OrderId, string? Error)> PlaceAsync(object order, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.PostAsJsonAsync("/api/orders", order, cancellation);
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                return ((await response.Content.ReadFromJsonAsync<PlacedOrder>(cancellation))!.OrderId, null);
            }
            var problem = await ReadProblemAsync(response, cancellation);
            return (null, $"POST {(int)response.StatusCode}{problem}");
        }
        catch (Exception e) when (IsNoAnswer(e, cancellation))
        {
            return (null, $"POST {(e is HttpRequestException { HttpRequestError: var error } ? error.ToString() : "timeout")}");
        }
    }

    /// <summary>The order's status; null if it cannot be read now.</summary>
    public async Task<string?> StatusAsync(string orderId, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/orders/{orderId}", UriKind.Relative))
            {
                Headers = { { "Prefer", "wait=8" } },
            };
            using var response = await http.SendAsync(request, cancellation);
            return response.IsSuccessStatusCode ? (await response.Content.ReadFromJsonAsync<OrderStatus>(cancellation))!.Status : null;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellation))
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>
    /// Gets the token of an operator, who may place orders for any customer. A system without that endpoint gets the value of LOAD_TOKEN.
    /// </summary>
    private async Task<string?> WhyNotAdmittedAsync(CancellationToken cancellation)
    {
        var token = Environment.GetEnvironmentVariable("LOAD_TOKEN");
        if (string.IsNullOrEmpty(token))
        {
            using var response = await http.PostAsJsonAsync("/api/auth/token", new { name = "load", role = "operator" }, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                return $"POST /api/auth/token answered {(int)response.StatusCode}; give an operator's token in LOAD_TOKEN";
            }
            token = (await response.Content.ReadFromJsonAsync<IssuedToken>(cancellation))!.Token;
        }
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return null;
    }

    private static async Task<string> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<Problem>(cancellation) is { Code: { } code } ? $" {code}" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private sealed record IssuedToken(string Token);

    private sealed record PlacedOrder(string OrderId);

    private sealed record OrderStatus(string Status);

    private sealed record Problem(string? Code);
}
