using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Conformance.Apps;
using Conformance.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conformance.Invocation;

public sealed class HttpInvocationTests(Callers callers) : IClassFixture<Callers>
{
    private HttpClient Http => callers.Alpha.Http;

    private string Beta => callers.Beta.AppId;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Method_path_query_body_and_headers_reach_the_app(string method)
    {
        await Http.SendAsync(
                method,
                $"/v1.0/invoke/{Beta}/method/deep/path?x=1&y=%20a",
                method == "GET" ? null : "body",
                "text/plain",
                ("x-mine", "yes"),
                ("Authorization", "Bearer t")
            )
            .SucceedsAsync(200);
        var got = await callers.BetaApp.NextAsync("/deep/path");
        Assert.Equal(
            (method, "?x=1&y=%20a", method == "GET" ? "" : "body", "yes", "Bearer t"),
            (got.Method, got.Query, got.Text, got.Header("x-mine"), got.Header("Authorization"))
        );
        Assert.Equal(
            (callers.Alpha.AppId, Beta, "default"),
            (got.Header("dapr-caller-app-id"), got.Header("dapr-callee-app-id"), got.Header("dapr-caller-namespace"))
        );
        Assert.NotNull(got.Header("x-forwarded-host"));
        Assert.Null(got.Header("dapr-app-id"));
    }

    [Theory]
    [InlineData("POST", "chunked")]
    [InlineData("PUT", "chunked")]
    [InlineData("PATCH", "chunked")]
    [InlineData("DELETE", null)]
    [InlineData("GET", null)]
    public async Task Request_without_a_body_reaches_the_app_chunked_if_its_method_usually_has_one(string method, string? encoding)
    {
        await Http.SendAsync(method, $"/v1.0/invoke/{Beta}/method/empty-{method}", null).SucceedsAsync(200);
        var got = await callers.BetaApp.NextAsync($"/empty-{method}");
        Assert.Equal((encoding, null, 0), (got.Header("Transfer-Encoding"), got.Header("Content-Type"), got.Body.Length));
    }

    [Fact]
    public async Task Gzip_is_accepted_and_unpacked_for_a_caller_that_names_no_encoding()
    {
        var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            await zip.WriteAsync("plain"u8.ToArray());
        }
        callers.BetaApp.Answers("/packed", async (_, context) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(packed.ToArray());
        });

        using var plain = await Http.SendAsync("GET", $"/v1.0/invoke/{Beta}/method/packed");
        Assert.Equal(("plain", 0), (await plain.TextAsync(), plain.Content.Headers.ContentEncoding.Count));
        Assert.Equal("gzip", (await callers.BetaApp.NextAsync("/packed")).Header("Accept-Encoding"));

        using var unchanged = await Http.SendAsync(
            "GET",
            $"/v1.0/invoke/{Beta}/method/packed",
            null,
            null,
            ("Accept-Encoding", "gzip, br")
        );
        Assert.Equal(packed.ToArray(), await unchanged.Content.ReadAsByteArrayAsync());
        Assert.Equal(["gzip"], unchanged.Content.Headers.ContentEncoding);
        Assert.Equal("gzip, br", (await callers.BetaApp.NextAsync("/packed")).Header("Accept-Encoding"));
    }

    [Theory]
    [InlineData(418, "I'm a teapot")]
    [InlineData(599, "status code 599")]
    public async Task A_status_has_its_usual_words(int status, string words)
    {
        callers.BetaApp.Answers($"/words-{status}", (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = "Words of the app";
            return Task.CompletedTask;
        });
        using var answer = await Http.SendAsync("GET", $"/v1.0/invoke/{Beta}/method/words-{status}");
        Assert.Equal((status, words), ((int)answer.StatusCode, answer.ReasonPhrase));
    }

    [Fact]
    public async Task The_failure_of_the_callers_own_app_names_no_other_sidecar()
    {
        callers.AlphaApp.Answers("/hangs-up", (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        var error = await Http.SendAsync("POST", $"/v1.0/invoke/{callers.Alpha.AppId}/method/hangs-up?q=1", "x")
            .FailsAsync(500, "ERR_DIRECT_INVOKE");
        Assert.StartsWith(
            $"failed to invoke, id: {callers.Alpha.AppId}, err: Post \"http://127.0.0.1:{callers.AlphaApp.PortNumber}/hangs-up?q=1\": ",
            error.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_target_may_be_named_by_header_or_basic_authentication()
    {
        await Http.SendAsync("GET", "/by/header", null, null, ("dapr-app-id", Beta)).SucceedsAsync(200);
        await callers.BetaApp.NextAsync("/by/header");
        await Http.SendAsync(
                "GET",
                "/by/basic",
                null,
                null,
                ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"dapr-app-id:{Beta}")))
            )
            .SucceedsAsync(200);
        await callers.BetaApp.NextAsync("/by/basic");
    }

    [Theory]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task Status_body_and_headers_of_the_app_are_returned(int status)
    {
        callers.BetaApp.Answers("/answers", async (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["x-answer"] = "mine";
            if (status != 204)
            {
                await context.Response.WriteAsync("the body");
            }
        });
        using var answer = await Http.GetAsync($"/v1.0/invoke/{Beta}/method/answers");
        Assert.Equal(
            (status, status == 204 ? "" : "the body", "mine"),
            ((int)answer.StatusCode, await answer.TextAsync(), answer.Headers.GetValues("x-answer").Single())
        );
        await callers.BetaApp.NextAsync("/answers");
    }

    [Fact]
    public async Task A_claimed_caller_reaches_the_app_beside_the_true_one()
    {
        await Http.SendAsync(
                "GET",
                $"/v1.0/invoke/{Beta}/method/who",
                null,
                null,
                ("dapr-caller-app-id", "admin"),
                ("dapr-callee-app-id", "faked")
            )
            .SucceedsAsync(200);
        var got = await callers.BetaApp.NextAsync("/who");
        string[] Named(string header)
        {
            var names = got.Header(header)!.Split(',', StringSplitOptions.TrimEntries);
            return TestedSidecar.IsDaprd ? [.. names.Order(StringComparer.Ordinal)] : names; // daprd keeps no order
        }
        Assert.Equal(["admin", callers.Alpha.AppId], Named("dapr-caller-app-id"));
        Assert.Equal(TestedSidecar.IsDaprd ? [Beta, "faked"] : ["faked", Beta], Named("dapr-callee-app-id"));
    }

    [Fact]
    public async Task A_call_to_the_own_app_has_no_caller_header_and_drops_the_clients_claim()
    {
        await Http.SendAsync("GET", $"/v1.0/invoke/{callers.Alpha.AppId}/method/who", null, null, ("dapr-caller-app-id", "admin"))
            .SucceedsAsync(200);
        Assert.Null((await callers.AlphaApp.NextAsync("/who")).Header("dapr-caller-app-id"));
    }

    [Theory]
    [InlineData("/v1.0////invoke/{0}/method/foo", "/foo")]
    [InlineData("/v1.0//invoke//{0}/method//foo", "/foo")]
    [InlineData("/v1.0/invoke/{0}/method/a%2Fb", "/a/b")]
    [InlineData("/v1.0/invoke/{0}/method/a/..%2Fb", "/b")]
    [InlineData("/v1.0/invoke/{0}/method/..%2F..%2Fb", "/b")]
    [InlineData("/v1.0/invoke/{0}/method/with%20space", "/with%20space")]
    [InlineData("/v1.0/invoke/{0}/method/per%25cent", "/per%25cent")]
    [InlineData("/v1.0/invoke/{0}/method/(it's!)*[1]", "/(it's!)*[1]")]
    [InlineData("/v1.0/invoke/{0}.default/method/named", "/named")]
    [InlineData("/v1.0/invoke/{0}/method/", "/")]
    public async Task Paths_are_decoded_once_and_cleaned(string path, string seen)
    {
        Assert.StartsWith(
            "HTTP/1.1 200",
            await RawAsync("GET", string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Beta)),
            StringComparison.Ordinal
        );
        await callers.BetaApp.NextAsync(seen);
    }

    [Theory]
    [InlineData("{\"a\":1}", "text/plain; charset=utf-8")]
    [InlineData("<!doctype html><p>x</p>", "text/html; charset=utf-8")]
    [InlineData("<?xml version=\"1.0\"?>", "text/xml; charset=utf-8")]
    [InlineData("\u0001\u0002", "application/octet-stream")]
    [InlineData("", null)]
    public async Task An_answer_without_content_type_gets_the_one_of_its_first_bytes(string body, string? contentType)
    {
        var path = $"/untyped-{Guid.NewGuid():N}";
        callers.BetaApp.Answers(path, (_, context) => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask());
        using var answer = await Http.GetAsync($"/v1.0/invoke/{Beta}/method{path}");
        Assert.Equal((body, contentType), (await answer.TextAsync(), answer.Content.Headers.ContentType?.ToString()));
    }

    [Theory]
    [InlineData("own", false, "application/json")]
    [InlineData("other", false, "application/json")]
    [InlineData("other", true, "text/plain; charset=utf-8")]
    public async Task An_error_without_content_type_is_JSON_unless_the_request_was_chunked(string target, bool chunked, string contentType)
    {
        var (app, id) = target == "own" ? (callers.AlphaApp, callers.Alpha.AppId) : (callers.BetaApp, Beta);
        app.Answers("/untyped-error", 404, "not here");
        using var request = Answers.Request("POST", $"/v1.0/invoke/{id}/method/untyped-error", "x", "text/plain");
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await Http.SendAsync(request);
        Assert.Equal(
            (404, "not here", contentType),
            ((int)answer.StatusCode, await answer.TextAsync(), answer.Content.Headers.ContentType?.ToString())
        );
    }

    [Fact]
    public async Task An_unknown_verb_becomes_POST_and_CONNECT_is_refused()
    {
        await Http.SendAsync("FOO", $"/v1.0/invoke/{Beta}/method/unknown-verb", "x").SucceedsAsync(200);
        Assert.Equal("POST", (await callers.BetaApp.NextAsync("/unknown-verb")).Method);
        Assert.StartsWith("HTTP/1.1 500", await RawAsync("CONNECT", $"/v1.0/invoke/{Beta}/method/x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_of_nothing_and_headers_of_gRPC_change_on_the_way()
    {
        Assert.StartsWith("HTTP/1.1 200", await RawAsync("GET", $"/v1.0/invoke/{Beta}/method/asked?"), StringComparison.Ordinal);
        Assert.Equal("", (await callers.BetaApp.NextAsync("/asked")).Query);
        await Http.SendAsync("POST", $"/v1.0/invoke/{Beta}/method/timed", "x", headers: ("grpc-timeout", "9S")).SucceedsAsync(200);
        var got = await callers.BetaApp.NextAsync("/timed");
        Assert.Equal((null, "9S"), (got.Header("grpc-timeout"), got.Header("dapr-grpc-timeout")));
    }

    [Theory]
    [InlineData("own")]
    [InlineData("other")]
    [InlineData("endpoint")]
    public async Task Headers_of_gRPC_are_renamed_or_dropped_in_both_directions(string target)
    {
        var app = target == "own" ? callers.AlphaApp : callers.BetaApp;
        var id = target switch
        {
            "own" => callers.Alpha.AppId,
            "other" => Beta,
            _ => "outside",
        };
        app.Answers("/of-grpc", (_, context) =>
        {
            context.Response.Headers["grpc-mine"] = "1";
            context.Response.Headers["X-Mine-Bin"] = "aGk=";
            context.Response.Headers["destination-app-id"] = "faked";
            return Task.CompletedTask;
        });
        using var answer = await Http.SendAsync(
            "GET",
            $"/v1.0/invoke/{id}/method/of-grpc",
            null,
            null,
            ("grpc-mine", "1"),
            ("X-Mine-Bin", "aGk="),
            ("destination-app-id", "faked")
        );
        var got = await app.NextAsync("/of-grpc");
        Assert.Equal(
            ("1", null, null, null),
            (got.Header("dapr-grpc-mine"), got.Header("grpc-mine"), got.Header("x-mine-bin"), got.Header("destination-app-id"))
        );
        Assert.Equal("1", answer.Headers.GetValues("dapr-grpc-mine").Single());
        Assert.All((string[])["grpc-mine", "x-mine-bin", "destination-app-id"], name => Assert.False(answer.Headers.Contains(name)));
    }

    [Theory]
    [InlineData("a.b.c", "invalid app id a.b.c")]
    public Task A_name_that_can_be_no_app_is_refused(string id, string problem) =>
        Http.GetAsync($"/v1.0/invoke/{id}/method/x").FailsAsync(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: {problem}");

    [Theory]
    [InlineData("admin%3Fignored", 500)]
    [InlineData("admin%23bypass", 500)]
    [InlineData("a%0Ab", 500)]
    [InlineData("bare%zz", 400)]
    [InlineData("bare%", 400)]
    public async Task Characters_that_could_change_the_path_are_refused(string method, int status) =>
        Assert.StartsWith($"HTTP/1.1 {status}", await RawAsync("GET", $"/v1.0/invoke/{Beta}/method/{method}"), StringComparison.Ordinal);

    [Fact]
    public async Task A_NUL_in_the_path_is_refused() =>
        Assert.StartsWith(
            TestedSidecar.IsDaprd ? "HTTP/1.1 500" : "HTTP/1.1 400",
            await RawAsync("GET", $"/v1.0/invoke/{Beta}/method/admin%00public"),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("GET", "admin", true)]
    [InlineData("GET", "admin/users/7", true)]
    [InlineData("GET", "ADMIN/users", true)]
    [InlineData("GET", "public%2F..%2Fadmin%2Fx", true)]
    [InlineData("GET", "admin%2F..%2Fpublic", false)]
    [InlineData("POST", "reports/7", true)]
    [InlineData("GET", "reports/7", false)]
    [InlineData("GET", "administrators", false)]
    public async Task Access_control_checks_the_dispatched_path(string verb, string method, bool denied)
    {
        var answer = await RawAsync(verb, $"/v1.0/invoke/{Beta}/method/{method}");
        Assert.StartsWith(denied ? "HTTP/1.1 403" : "HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(
            denied,
            answer.Contains("access control policy has denied access to id: spiffe://public/ns/default/alpha-", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Invoking_an_unknown_app_or_a_sidecar_without_app_fails()
    {
        var error = await Http.GetAsync("/v1.0/invoke/nobody/method/x").FailsAsync(500, "ERR_DIRECT_INVOKE");
        Assert.StartsWith("failed to invoke, id: nobody, err: ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Http.GetAsync($"/v1.0/invoke/{Beta}")
            .FailsAsync(404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id");
        await Http.GetAsync("/nothing/known").FailsAsync(404, "ERR_DIRECT_INVOKE");
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused_and_one_below_is_forwarded()
    {
        await Http.SendAsync("POST", $"/v1.0/invoke/{Beta}/method/big", new string('x', (4 << 20) + 1))
            .FailsAsync(500, "ERR_DIRECT_INVOKE"); // daprd's text depends on which of two calls fails first
        await Http.SendAsync("POST", $"/v1.0/invoke/{Beta}/method/big", new string('x', (4 << 20) - 1000)).SucceedsAsync(200);
        Assert.Equal((4 << 20) - 1000, (await callers.BetaApp.NextAsync("/big")).Body.Length);
    }

    [Fact]
    public async Task An_answer_streams_while_the_app_still_writes()
    {
        var read = new TaskCompletionSource();
        callers.BetaApp.Answers("/stream", async (_, context) =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await read.Task.WaitAsync(Eventually.Limit);
            await context.Response.WriteAsync("second");
        });
        using var answer = await Http.GetAsync($"/v1.0/invoke/{Beta}/method/stream", HttpCompletionOption.ResponseHeadersRead);
        using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[5];
        await stream
            .ReadExactlyAsync(buffer)
            .AsTask()
            .ContinueWith(_ => true, TaskScheduler.Default)
            .OrFail("the first part did not come while the app was writing");
        Assert.Equal("first", Encoding.UTF8.GetString(buffer));
        read.SetResult();
        using var reader = new StreamReader(stream);
        Assert.Equal("second", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("own")]
    [InlineData("other")]
    public async Task Headers_with_non_ASCII_characters_are_forwarded_in_both_directions(string target)
    {
        var (app, id) = target == "own" ? (callers.AlphaApp, callers.Alpha.AppId) : (callers.BetaApp, Beta);
        app.Answers("/text", (_, context) =>
        {
            context.Response.Headers["x-answer"] = "名前";
            return Task.CompletedTask;
        });
        using var answer = await Http.SendAsync("GET", $"/v1.0/invoke/{id}/method/text", null, null, ("x-mine", "café"));
        Assert.Equal((200, "名前"), ((int)answer.StatusCode, answer.Headers.GetValues("x-answer").Single()));
        Assert.Equal("café", (await app.NextAsync("/text")).Header("x-mine"));
    }

    [Fact]
    public async Task Server_sent_events_are_forwarded_one_by_one()
    {
        var read = new TaskCompletionSource();
        callers.BetaApp.Answers("/events", async (_, context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await read.Task.WaitAsync(Eventually.Limit);
            await context.Response.WriteAsync("data: 2\n\n");
        });
        using var request = Answers.Request("GET", $"/v1.0/invoke/{Beta}/method/events", null, null, ("Accept", "text/event-stream"));
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("data: 1", await reader.ReadLineAsync().OrFail("the first event did not come while the app was writing"));
        read.SetResult();
        Assert.Equal("\ndata: 2\n\n", await reader.ReadToEndAsync());
    }

    [SkippableFact]
    public async Task The_apps_refusal_of_an_event_stream_is_returned_with_its_body()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd tells another app's refusal as a failure of its own (docs/fidelity.md)");
        callers.BetaApp.Answers("/no-events", 403, "not for you");
        await Http.SendAsync("GET", $"/v1.0/invoke/{Beta}/method/no-events", null, null, ("Accept", "text/event-stream"))
            .SucceedsAsync(403, "not for you");
    }

    [Theory]
    [InlineData("own")]
    [InlineData("other")]
    public async Task An_unrequested_101_of_an_app_is_returned_as_a_status(string target)
    {
        using var app = new SwitchingApp();
        await using var callee = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber });
        // The bytes after a 101 are not HTTP, and their end is unknown: only the head is the answer.
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1.0/invoke/{callee.AppId}/method/switch");
        using var answer = await (target == "own" ? callee : callers.Alpha).Http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead
        );
        Assert.Equal(101, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_gRPC_app_gets_HTTP_calls_as_OnInvoke_and_its_status_is_returned()
    {
        using var answer = await Http.SendAsync("PUT", $"/v1.0/invoke/{callers.Gamma.AppId}/method/echo?a=1", "hello", "text/plain");
        Assert.Equal((200, "hello"), ((int)answer.StatusCode, await answer.TextAsync()));
        var (request, headers) = await callers.GammaApp.State.Calls.Reader.ReadAsync();
        Assert.Equal(
            ("echo", "a=1", "Put", callers.Alpha.AppId),
            (
                request.Method,
                request.HttpExtension.Querystring,
                request.HttpExtension.Verb.ToString(),
                headers.GetValue("dapr-caller-app-id")
            )
        );
        callers.GammaApp.State.OnInvoke = (_, _) =>
            throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.NotFound, "no such thing"));
        using var failed = await Http.GetAsync($"/v1.0/invoke/{callers.Gamma.AppId}/method/echo");
        Assert.Equal((404, """{"code":5,"message":"no such thing"}"""), ((int)failed.StatusCode, await failed.TextAsync()));
    }

    [Fact]
    public async Task A_declared_endpoint_is_called_by_name_or_address_and_no_other_address_is()
    {
        await Http.GetAsync("/v1.0/invoke/outside/method/external?q=1").SucceedsAsync(200);
        Assert.Equal("secret", (await callers.BetaApp.NextAsync("/external")).Header("x-key"));
        await Http.GetAsync($"/v1.0/invoke/http://127.0.0.1:{callers.BetaApp.PortNumber}/method/external").SucceedsAsync(200);
        await callers.BetaApp.NextAsync("/external");
        if (!TestedSidecar.IsDaprd)
        {
            await Http.GetAsync($"/v1.0/invoke/http://127.0.0.1:{callers.AlphaApp.PortNumber}/method/external")
                .FailsAsync(403, "ERR_DIRECT_INVOKE");
        }
    }

    [Fact]
    public async Task With_tracing_the_trace_continues_in_a_new_span_and_is_returned_to_the_caller()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var answer = await callers.Beta.Http.SendAsync(
            "GET",
            $"/v1.0/invoke/{callers.Alpha.AppId}/method/traced",
            null,
            null,
            ("traceparent", $"00-{trace}-00f067aa0ba902b7-01")
        );
        Assert.Contains(trace, (await callers.AlphaApp.NextAsync("/traced")).Header("traceparent")!, StringComparison.Ordinal);
        Assert.Contains(trace, answer.Headers.GetValues("traceparent").Single(), StringComparison.Ordinal);
    }

    /// <summary>Written to the socket directly, because HttpClient would normalise the path.</summary>
    private async Task<string> RawAsync(string method, string path)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", callers.Alpha.HttpPort);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        );
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().OrFail("the sidecar did not answer");
    }
}
