using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Gateway.Streaming;

/// <summary>Sends events, and the headers before the first event: a stream can be without events for a long time.</summary>
internal sealed class ServerSentEvents(IAsyncEnumerable<SseItem<JsonElement>> events, TimeProvider time) : IResult
{
    /// <summary>The time without an event after which a comment is sent. By it the server detects a client that has disconnected.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.ContentEncoding = "identity";
        await response.Body.FlushAsync(httpContext.RequestAborted);
        await using var source = events.GetAsyncEnumerator(httpContext.RequestAborted);
        while (await HasNextAsync(source.MoveNextAsync().AsTask(), response))
        {
            await SseFormatter.WriteAsync(Single(source.Current), response.Body, Write, httpContext.RequestAborted);
        }
    }

    /// <summary>Writes comments while it waits. A disconnected client ends the wait, and not the writing of a comment.</summary>
    private async Task<bool> HasNextAsync(Task<bool> next, HttpResponse response)
    {
        while (true)
        {
            try
            {
                return await next.WaitAsync(Heartbeat, time);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                await response.Body.WriteAsync(Comment);
                await response.Body.FlushAsync();
            }
        }
    }

    private static async IAsyncEnumerable<SseItem<JsonElement>> Single(SseItem<JsonElement> item)
    {
        yield return item;
        await Task.CompletedTask;
    }

    private static void Write(SseItem<JsonElement> item, System.Buffers.IBufferWriter<byte> buffer)
    {
        using var json = new Utf8JsonWriter(buffer);
        item.Data.WriteTo(json);
    }
}
