using System.IO.Compression;
using System.Text;
using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.Bindings;

/// <summary>Bindings of an HTTP app: a clock that calls it, and calls to an address outside (which is the same app here).</summary>
public sealed class BindingTests : IAsyncLifetime
{
    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/unwanted", 404);
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "bound",
                AppPort = app.PortNumber,
                Resources =
                [
                    Yaml.Component("tick", "bindings.cron", ("schedule", "@every 1s")),
                    Yaml.Component("clock", "bindings.cron", ("schedule", "* * * * * *"), ("route", "/on/the/second")),
                    Yaml.Component("unwanted", "bindings.cron", ("schedule", "@every 1s")),
                    Yaml.Component("outside", "bindings.http", ("url", $"http://127.0.0.1:{app.PortNumber}/outside")),
                    Yaml.Component("nowhere", "bindings.http", ("url", "http://127.0.0.1:1"), ("direction", "outputs")),
                ],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_cron_binding_queries_the_app_and_then_calls_its_route()
    {
        Assert.Equal("OPTIONS", (await app.NextAsync("/tick")).Method);
        var tick = await app.NextAsync("/tick");
        Assert.Equal(("POST", 0, true), (tick.Method, tick.Body.Length, tick.Header("readTimeUTC") is { Length: > 0 }));
        Assert.Equal("OPTIONS", (await app.NextAsync("/on/the/second")).Method);
        Assert.Equal("POST", (await app.NextAsync("/on/the/second")).Method);
        Assert.Equal("OPTIONS", (await app.NextAsync("/unwanted")).Method);
        await app.NextAsync("/tick");
        Assert.True(app.GotNothingMore("/unwanted"));
    }

    [Fact]
    public async Task An_HTTP_binding_sends_the_given_content_type_and_returns_headers_as_they_are()
    {
        app.Answers("/outside/typed", (_, context) =>
        {
            context.Response.Headers["X-Products"] = "One/1 Two/2";
            return Task.CompletedTask;
        });
        using var answer = await sidecar.Http.SendAsync(
            "POST",
            "/v1.0/bindings/outside",
            """{"operation":"post","data":"x","metadata":{"path":"typed","Content-Type":"text/csv"}}"""
        );
        Assert.Equal(
            ("text/csv", "One/1 Two/2"),
            ((await app.NextAsync("/outside/typed")).Header("Content-Type"), answer.Headers.GetValues("metadata.X-Products").Single())
        );
    }

    [Theory]
    [InlineData(302, "GET", "")]
    [InlineData(307, "PUT", "\"x\"")]
    public async Task An_HTTP_binding_follows_a_redirect_with_its_credentials(int status, string verb, string body)
    {
        app.Answers("/outside/moved", (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "here";
            return Task.CompletedTask;
        });
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/bindings/outside",
                """{"operation":"put","data":"x","metadata":{"path":"moved","Authorization":"secret"}}"""
            )
            .SucceedsAsync(200);
        var got = await app.NextAsync("/outside/here");
        Assert.Equal((verb, body, "secret"), (got.Method, got.Text, got.Header("Authorization")));
        Assert.Equal($"http://127.0.0.1:{app.PortNumber}/outside/moved", got.Header("Referer"));
    }

    [Fact]
    public async Task An_HTTP_binding_calls_its_address_with_headers_and_a_path()
    {
        app.Answers("/outside/orders", (_, context) =>
        {
            context.Response.Headers["X-Answer"] = "yes";
            return context.Response.WriteAsync("got it");
        });
        using var answer = await sidecar.Http.SendAsync(
            "POST",
            "/v1.0/bindings/outside",
            """{"operation":"post","data":{"n":1},"metadata":{"path":"/orders","X-Colour":"blue"}}"""
        );
        Assert.Equal(
            (200, "got it", "200", "yes"),
            (
                (int)answer.StatusCode,
                await answer.TextAsync(),
                answer.Headers.GetValues("metadata.statusCode").Single(),
                answer.Headers.GetValues("metadata.X-Answer").Single()
            )
        );
        var got = await app.NextAsync("/outside/orders");
        Assert.Equal(
            ("POST", "{\"n\":1}", "blue", "application/json; charset=utf-8", "Go-http-client/1.1", "gzip"),
            (
                got.Method,
                Encoding.UTF8.GetString(got.Body),
                got.Header("X-Colour"),
                got.Header("Content-Type"),
                got.Header("User-Agent"),
                got.Header("Accept-Encoding")
            )
        );
        var reply = await sidecar.Grpc.InvokeBindingAsync(
            new()
            {
                Name = "outside",
                Operation = "get",
                Metadata = { ["path"] = "orders" },
                Data = ByteString.Empty,
            }
        );
        Assert.Equal(("got it", "200"), (reply.Data.ToStringUtf8(), reply.Metadata["statusCode"]));
        Assert.Equal("GET", (await app.NextAsync("/outside/orders")).Method);
    }

    [Fact]
    public async Task An_HTTP_binding_sets_host_and_length_itself()
    {
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/bindings/outside",
                """{"operation":"post","data":"text","metadata":{"path":"plain","Host":"elsewhere","Content-Length":"1","Trailer":"X-End"}}"""
            )
            .SucceedsAsync(200);
        var got = await app.NextAsync("/outside/plain");
        Assert.Equal(
            ($"127.0.0.1:{app.PortNumber}", "6", (string?)null, "\"text\""),
            (got.Header("Host"), got.Header("Content-Length"), got.Header("Trailer"), got.Text)
        );
    }

    [Fact]
    public async Task An_HTTP_bindings_answer_is_unpacked_and_its_headers_have_Gos_names()
    {
        app.Answers("/outside/packed", async (_, context) =>
        {
            context.Response.Headers["x-process-time"] = "5";
            context.Response.Headers.ETag = "\"1\"";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await packed.WriteAsync("plain"u8.ToArray());
        });
        var reply = await sidecar.Grpc.InvokeBindingAsync(
            new()
            {
                Name = "outside",
                Operation = "get",
                Metadata = { ["path"] = "packed" },
            }
        );
        Assert.Equal("plain", reply.Data.ToStringUtf8());
        Assert.Equal(
            ["Date", "Etag", "Server", "X-Process-Time", "status", "statusCode"],
            reply.Metadata.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Metadata_of_a_gRPC_call_complete_those_of_its_request_and_its_trace_replaces_theirs()
    {
        const string one = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02";
        const string other = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02";
        async Task<string?> TraceAsync(string path, Metadata headers, params (string Name, string Value)[] metadata)
        {
            var request = new InvokeBindingRequest { Name = "outside", Operation = "get" };
            foreach (var (name, value) in metadata)
            {
                request.Metadata[name] = value;
            }
            await sidecar.Grpc.InvokeBindingAsync(request, headers);
            return (await app.NextAsync($"/outside/{path}")).Header("traceparent");
        }
        Assert.Equal(one, await TraceAsync("call", new Metadata { { "path", "call" }, { "traceparent", one } }, ("traceparent", other)));
        Assert.Equal(other, await TraceAsync("asked", new Metadata { { "path", "call" } }, ("path", "asked"), ("traceparent", other)));
    }

    [Fact]
    public async Task An_HTTP_bindings_error_status_is_a_failure_unless_errorIfNot2XX_is_false()
    {
        app.Answers("/outside", 404, "nothing here");
        await sidecar
            .Http.SendAsync("POST", "/v1.0/bindings/outside", """{"operation":"get"}""")
            .FailsAsync(500, "ERR_INVOKE_OUTPUT_BINDING", "error invoking output binding outside: received status code 404");
        await sidecar
            .Http.SendAsync("POST", "/v1.0/bindings/outside", """{"operation":"get","metadata":{"errorIfNot2XX":"false"}}""")
            .SucceedsAsync(200, "nothing here");
        await sidecar
            .Grpc.InvokeBindingAsync(new() { Name = "outside", Operation = "get" })
            .FailsAsync(StatusCode.Internal, "error invoking output binding outside: received status code 404");
    }

    [Theory]
    [InlineData("nope", """{"operation":"get"}""", "error invoking output binding nope: couldn't find output binding nope")]
    [InlineData("tick", """{"operation":"get"}""", "error invoking output binding tick: couldn't find output binding tick")]
    [InlineData("nowhere", """{"operation":"get"}""", "error invoking output binding nowhere: couldn't find output binding nowhere")]
    [InlineData("outside", "{}", "error invoking output binding outside: operation field is missing from request")]
    [InlineData(
        "outside",
        """{"operation":"dance"}""",
        "error invoking output binding outside: binding outside does not support operation dance. supported "
            + "operations:create get head post put patch delete options trace"
    )]
    public Task Invoking_an_unknown_binding_or_operation_returns_an_error(string name, string body, string message) =>
        sidecar.Http.SendAsync("POST", $"/v1.0/bindings/{name}", body).FailsAsync(500, "ERR_INVOKE_OUTPUT_BINDING", message);
}
