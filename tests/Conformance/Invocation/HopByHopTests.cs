using System.Net.Sockets;
using System.Text;
using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Invocation;

/// <summary>Headers that belong to one connection end there (RFC 9110, section 7.6.1).</summary>
public sealed class HopByHopTests : IAsyncLifetime
{
    private static readonly string[] Headers =
    [
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "Upgrade",
        "HTTP2-Settings",
        "TE",
        "Trailer",
        "Proxy-Authorization",
        "Proxy-Authenticate",
    ];

    private HttpApp app = null!;
    private TestedSidecar callee = null!;
    private TestedSidecar caller = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/answer", (_, context) =>
        {
            foreach (var header in Headers)
            {
                context.Response.Headers[header] = "of-the-app";
            }
            context.Response.Headers["Connection"] = "x-nominated, expires";
            context.Response.Headers["X-Nominated"] = "of-the-app";
            context.Response.Headers["Expires"] = "of-the-app";
            context.Response.Headers["X-Custom"] = "kept";
            return Task.CompletedTask;
        });
        callee = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber });
        caller = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    "apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata: { name: upstream }\nspec: { baseUrl: "
                        + $"\"http://127.0.0.1:{app.PortNumber}\" }}",
                ],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await caller.DisposeAsync();
        await callee.DisposeAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("own")]
    [InlineData("other")]
    [InlineData("endpoint")]
    public async Task Hop_by_hop_headers_of_a_request_are_not_forwarded(string way)
    {
        var (sidecar, id) = Way(way);
        // Written to the socket directly, because HttpClient changes these headers.
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", sidecar.HttpPort);
        await using var stream = socket.GetStream();
        var lines = Headers.Where(header => header is not "Connection").Select(header => $"{header}: test-value\r\n");
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET /v1.0/invoke/{id}/method/echo HTTP/1.1\r\nHost: localhost\r\nConnection: x-nominated, expires\r\n"
                    + $"X-Nominated: test-value\r\nExpires: test-value\r\nX-Custom: kept\r\n{string.Concat(lines)}\r\n"
            )
        );
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync().OrFail("the sidecar did not answer"), StringComparison.Ordinal);
        var got = await app.NextAsync("/echo");
        Assert.Equal("kept", got.Header("X-Custom"));
        Assert.Empty(got.Headers.Where(header => header.Value == "test-value").Select(header => header.Key));
    }

    [Theory]
    [InlineData("own")]
    [InlineData("other")]
    [InlineData("endpoint")]
    public async Task Hop_by_hop_headers_of_an_answer_are_not_forwarded(string way)
    {
        var (sidecar, id) = Way(way);
        using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{id}/method/answer");
        Assert.Equal("kept", answer.Headers.GetValues("X-Custom").Single());
        var seen = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated);
        Assert.Empty(seen.Where(header => header.Value.ToString() == "of-the-app").Select(header => header.Key));
    }

    private (TestedSidecar Sidecar, string Id) Way(string way) =>
        way switch
        {
            "own" => (callee, callee.AppId),
            "other" => (caller, callee.AppId),
            _ => (caller, "upstream"),
        };
}
