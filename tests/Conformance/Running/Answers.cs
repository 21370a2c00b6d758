using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Conformance.Running;

/// <summary>Requests and answers in a line.</summary>
internal static class Answers
{
    public static Task<HttpResponseMessage> SendAsync(
        this HttpClient http,
        string method,
        string path,
        string? body = null,
        string? contentType = "application/json",
        params (string Name, string Value)[] headers
    ) => http.SendAsync(Request(method, path, body, contentType, headers));

    public static HttpRequestMessage Request(
        string method,
        string path,
        string? body = null,
        string? contentType = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    public static async Task<string> TextAsync(this HttpResponseMessage answer) => await answer.Content.ReadAsStringAsync();

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }

    /// <summary>The answer is this error; gives its whole body.</summary>
    public static async Task<JsonElement> FailsAsync(
        this Task<HttpResponseMessage> call,
        int status,
        string errorCode,
        string? message = null
    )
    {
        using var answer = await call;
        var text = await answer.TextAsync();
        Assert.True((HttpStatusCode)status == answer.StatusCode, $"expected {status}, got {(int)answer.StatusCode}: {text}");
        using var json = JsonDocument.Parse(text);
        Assert.Equal(errorCode, json.RootElement.GetProperty("errorCode").GetString());
        if (message is not null)
        {
            Assert.Equal(message, json.RootElement.GetProperty("message").GetString());
        }
        return json.RootElement.Clone();
    }

    public static async Task SucceedsAsync(this Task<HttpResponseMessage> call, int status = 204, string? body = null)
    {
        using var answer = await call;
        var text = await answer.TextAsync();
        Assert.True((HttpStatusCode)status == answer.StatusCode, $"expected {status}, got {(int)answer.StatusCode}: {text}");
        Assert.Equal(body ?? (status == 204 ? "" : text), text);
    }

    /// <summary>The reasons among the <c>details</c> of an error's body.</summary>
    public static string? Reason(this JsonElement error) =>
        error
            .GetProperty("details")
            .EnumerateArray()
            .Where(detail => detail.TryGetProperty("reason", out _))
            .Select(detail => detail.GetProperty("reason").GetString())
            .SingleOrDefault();

    public static async Task<RpcException> FailsAsync<T>(this AsyncUnaryCall<T> call, StatusCode code, string? message = null)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal((code, message ?? failure.Status.Detail), (failure.StatusCode, failure.Status.Detail));
        return failure;
    }

    public static string? Reason(this RpcException failure) => failure.Detail<ErrorInfo>()?.Reason;

    public static T? Detail<T>(this RpcException failure)
        where T : class, IMessage<T>, new()
    {
        if (failure.Trailers.GetValueBytes("grpc-status-details-bin") is not { } bytes)
        {
            return null;
        }
        var wanted = new T();
        var packed = Google.Rpc.Status.Parser.ParseFrom(bytes).Details.FirstOrDefault(detail => detail.Is(wanted.Descriptor));
        return packed?.Unpack<T>();
    }
}
