using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Gateway.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests;

public sealed class ServerSentEventsTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider time = new();
    private readonly Channel<SseItem<JsonElement>> events = Channel.CreateUnbounded<SseItem<JsonElement>>();

    [Fact]
    public async Task A_comment_is_sent_when_there_is_no_event_for_long()
    {
        using var body = new Written();
        var running = RunAsync(body, default);

        time.Advance(ServerSentEvents.Heartbeat);
        Assert.Equal(":\n\n", await body.NextAsync());
        var order = JsonSerializer.SerializeToElement(new { orderId = "o1" });
        events.Writer.TryWrite(new SseItem<JsonElement>(order, "order") { EventId = "7" });
        events.Writer.Complete();
        await running.WaitAsync(Longest, TimeProvider.System);

        var text = Encoding.UTF8.GetString(body.ToArray());
        Assert.Contains("event: order\n", text, StringComparison.Ordinal);
        Assert.Contains("data: {\"orderId\":\"o1\"}\n", text, StringComparison.Ordinal);
        Assert.Contains("id: 7\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disconnected_client_ends_the_stream_although_there_is_no_event()
    {
        using var body = new Written();
        using var gone = new CancellationTokenSource();
        var running = RunAsync(body, gone.Token);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Longest, TimeProvider.System));
    }

    private Task RunAsync(Stream body, CancellationToken aborted) =>
        new ServerSentEvents(events.Reader.ReadAllAsync(CancellationToken.None), time).ExecuteAsync(
            new DefaultHttpContext { Response = { Body = body }, RequestAborted = aborted }
        );

    /// <summary>The body of an answer; a test waits for the next text that is written to it.</summary>
    private sealed class Written : MemoryStream
    {
        private readonly Channel<string> texts = Channel.CreateUnbounded<string>();

        public Task<string> NextAsync() => texts.Reader.ReadAsync().AsTask().WaitAsync(Longest, TimeProvider.System);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            texts.Writer.TryWrite(Encoding.UTF8.GetString(buffer.Span));
        }
    }
}
