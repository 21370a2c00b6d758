using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Grpc.Core;

namespace EndToEnd.Systems;

/// <summary>A client of a running app's sidecar, with the address and the token of the app's environment.</summary>
internal sealed class AppSidecar : IDisposable
{
    private readonly HttpClient http;
    private readonly IReadOnlyDictionary<string, string> environment;

    public AppSidecar(IReadOnlyDictionary<string, string> environment)
    {
        this.environment = environment;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{environment["DAPR_HTTP_PORT"]}"),
        };
        if (environment.TryGetValue("DAPR_API_TOKEN", out var token))
        {
            http.DefaultRequestHeaders.Add("dapr-api-token", token);
        }
        http.DefaultRequestHeaders.Add("X-Caller", $"app:{environment["APP_ID"]}");
    }

    /// <summary>The token that the app sends to its sidecar; the sidecar sends <see cref="AppToken"/> to the app.</summary>
    public string? Token => environment.GetValueOrDefault("DAPR_API_TOKEN");

    public string? AppToken => environment.GetValueOrDefault("APP_API_TOKEN");

    public string GrpcAddress => $"http://127.0.0.1:{environment["DAPR_GRPC_PORT"]}";

    /// <summary>Metadata of a gRPC call to another app.</summary>
    public Metadata CallTo(string appId)
    {
        var metadata = new Metadata { { "dapr-app-id", appId } };
        if (environment.TryGetValue("DAPR_API_TOKEN", out var token))
        {
            metadata.Add("dapr-api-token", token);
        }
        return metadata;
    }

    public Task PublishAsync(string topic, string type, string subject, object data, string saga = "choreography") =>
        PublishAsync(
            topic,
            JsonSerializer.Serialize(
                new
                {
                    id = Guid.NewGuid().ToString(),
                    source = "tests",
                    specversion = "1.0",
                    type,
                    subject,
                    saga,
                    datacontenttype = "application/json",
                    data,
                    topic,
                    pubsubname = "events",
                }
            )
        );

    /// <summary>Publishes a raw event with its envelope.</summary>
    public async Task PublishAsync(string topic, string envelope)
    {
        using var response = await http.PostAsync(
            new Uri($"/v1.0/publish/events/{topic}", UriKind.Relative),
            new StringContent(envelope, Encoding.UTF8, "application/cloudevents+json")
        );
        response.EnsureSuccessStatusCode();
    }

    public async Task InvokeAsync(string appId, string path, object? body = null)
    {
        using var response = await http.PostAsync(
            new Uri($"/v1.0/invoke/{appId}/method/{path}", UriKind.Relative),
            JsonContent.Create(body ?? new { })
        );
        Assert.True(
            response.IsSuccessStatusCode,
            $"{appId}/{path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"
        );
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return await http.SendAsync(request);
    }

    /// <summary>Sends a request with any token, also that of another app; null sends none.</summary>
    public async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var other = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Add("dapr-api-token", token);
        }
        using var response = await other.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Returns the sidecar's metrics, in Prometheus' format.</summary>
    public Task<string> MetricsAsync() => http.GetStringAsync(new Uri($"http://127.0.0.1:{environment["DAPR_METRICS_PORT"]}/metrics"));

    /// <param name="caller">Null: the app of this sidecar.</param>
    public async Task<string> ReadAsync(string appId, string path, string? caller = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1.0/invoke/{appId}/method/{path}");
        if (caller is not null)
        {
            request.Headers.Add("X-Caller", caller);
        }
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Sends a request to the app itself, as its sidecar would.</summary>
    public async Task<string> ReadFromAppAsync(string path)
    {
        using var app = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{environment["APP_PORT"]}/{path}");
        request.Headers.Add("dapr-api-token", AppToken);
        using var response = await app.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    public void Dispose() => http.Dispose();
}
