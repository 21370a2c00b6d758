using System.IO.Pipelines;
using Sidecar.Http;

namespace Sidecar.Tests.Blocks;

public sealed class TransparentGzipTests
{
    [Fact]
    public async Task Reading_a_packed_answer_that_does_not_end_can_be_cancelled()
    {
        using var content = new StreamContent(new Pipe().Reader.AsStream()) { Headers = { ContentEncoding = { "gzip" } } };
        using var client = new HttpMessageInvoker(new TransparentGzip(new Server(content)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://app/");
        using var response = await client.SendAsync(request, default);
        using var cancelled = new CancellationTokenSource();

        var reading = response.Content.ReadAsByteArrayAsync(cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    private sealed class Server(HttpContent content) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = content });
    }
}
