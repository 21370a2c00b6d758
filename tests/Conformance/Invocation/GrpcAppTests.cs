using Conformance.Running;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Invocation;

/// <summary>Calls that a gRPC app receives, and its answers as an HTTP client sees them.</summary>
public sealed class GrpcAppTests(Callers callers) : IClassFixture<Callers>
{
    [Theory]
    [InlineData("{}", "", false, "text/plain; charset=utf-8")]
    [InlineData("t", "text/csv", false, "text/csv")]
    [InlineData("\0\u0001", "", false, "application/octet-stream")]
    [InlineData("v", "", true, "application/x-protobuf")]
    [InlineData("", "", false, null)]
    public async Task An_answer_has_its_declared_content_type_or_one_detected_from_its_bytes(
        string data,
        string named,
        bool packed,
        string? shown
    )
    {
        var content = packed ? Any.Pack(new StringValue { Value = data }) : new Any { Value = ByteString.CopyFromUtf8(data) };
        callers.GammaApp.State.OnInvoke = (_, _) => new Protos.InvokeResponse { Data = content, ContentType = named };
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            using var answer = await from.Http.GetAsync($"/v1.0/invoke/{callers.Gamma.AppId}/method/echo");
            Assert.Equal((200, shown), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        }
    }

    [Theory]
    [InlineData(StatusCode.NotFound, "no \"such\" <thing> ë", 404, """{"code":5,"message":"no \"such\" <thing> ë"}""")]
    [InlineData(StatusCode.Internal, "", 500, """{"code":13}""")]
    [InlineData(StatusCode.Unauthenticated, "x", 401, """{"code":16,"message":"x"}""")]
    [InlineData((StatusCode)77, "odd", 500, """{"code":77,"message":"odd"}""")]
    public async Task A_gRPC_apps_failure_is_returned_as_JSON_with_a_plain_content_type(
        StatusCode code,
        string detail,
        int status,
        string body
    )
    {
        callers.GammaApp.State.OnInvoke = (_, _) => throw new RpcException(new Status(code, detail));
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            using var answer = await from.Http.GetAsync($"/v1.0/invoke/{callers.Gamma.AppId}/method/echo");
            Assert.Equal(
                (status, body, "text/plain; charset=utf-8"),
                (
                    (int)answer.StatusCode,
                    (await answer.TextAsync()).Replace(", ", ",", StringComparison.Ordinal),
                    answer.Content.Headers.ContentType?.ToString()
                )
            );
        }
    }

    [Fact]
    public async Task The_type_of_the_data_and_any_content_type_pass_both_ways()
    {
        callers.GammaApp.State.OnInvoke = (request, _) =>
            new Protos.InvokeResponse { Data = request.Data, ContentType = request.ContentType };
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            var request = Request("");
            request.Message.ContentType = "200";
            request.Message.Data = new Any { TypeUrl = "song", Value = ByteString.CopyFromUtf8("la") };
            var reply = await from.Grpc.InvokeServiceAsync(request);
            Assert.Equal(("200", "song", "la"), (reply.ContentType, reply.Data.TypeUrl, reply.Data.Value.ToStringUtf8()));
        }
    }

    [Theory]
    [InlineData(StatusCode.Unknown, "invalid method")]
    [InlineData(StatusCode.NotFound, "no \"such\" ë")]
    public async Task The_status_of_a_gRPC_app_reaches_a_gRPC_client(StatusCode code, string detail)
    {
        callers.GammaApp.State.OnInvoke = (_, _) => throw new RpcException(new Status(code, detail));
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await from.Grpc.InvokeServiceAsync(Request("")));
            Assert.Equal((code, detail), (failure.StatusCode, failure.Status.Detail));
        }
    }

    [Fact]
    public async Task Over_gRPC_the_true_caller_replaces_a_claimed_one()
    {
        callers.GammaApp.State.OnInvoke = (request, _) => new Protos.InvokeResponse { Data = request.Data };
        await callers.Alpha.Grpc.InvokeServiceAsync(
            Request("n=1"),
            new Metadata
            {
                { "dapr-caller-app-id", "admin" },
                { "dapr-callee-app-id", "faked" },
                { "dapr-caller-namespace", "prod" },
            }
        );

        var headers = (await NextAsync("n=1")).Headers;
        Assert.Equal(
            (callers.Alpha.AppId, callers.Gamma.AppId, "default"),
            (headers.GetValue("dapr-caller-app-id"), headers.GetValue("dapr-callee-app-id"), headers.GetValue("dapr-caller-namespace"))
        );
    }

    [Fact]
    public async Task Headers_of_HTTP_reach_a_gRPC_app_with_a_prefix_and_binary_ones_as_bytes()
    {
        callers.GammaApp.State.OnInvoke = (request, _) => new Protos.InvokeResponse { Data = request.Data };
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            await from
                .Http.SendAsync(
                    "POST",
                    $"/v1.0/invoke/{callers.Gamma.AppId}/method/echo?of=http",
                    "x",
                    "text/plain",
                    ("Accept", "text/csv"),
                    ("Cache-Control", "no-store"),
                    ("Cookie", "a=b"),
                    ("X-Mine", "mine"),
                    ("X-Mine-Bin", "aGk="),
                    ("destination-app-id", "faked")
                )
                .SucceedsAsync(200, "x");
            var headers = (await NextAsync("of=http")).Headers;
            Assert.Equal(
                ("text/csv", "no-store", "a=b", "text/plain", "1", "mine", null),
                (
                    headers.GetValue("dapr-accept"),
                    headers.GetValue("dapr-cache-control"),
                    headers.GetValue("dapr-cookie"),
                    headers.GetValue("dapr-content-type"),
                    headers.GetValue("dapr-content-length"),
                    headers.GetValue("x-mine"),
                    headers.GetValue("destination-app-id")
                )
            );
            Assert.Equal("aGk="u8.ToArray(), headers.GetValueBytes("x-mine-bin"));
        }
    }

    [Fact]
    public async Task A_header_that_gRPC_cannot_send_fails_the_call()
    {
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            using var answer = await from.Http.SendAsync(
                "GET",
                $"/v1.0/invoke/{callers.Gamma.AppId}/method/echo",
                null,
                null,
                ("x!mine", "1")
            );
            Assert.Equal(
                (500, """{"code":13,"message":"header key \"x!mine\" contains illegal characters not in [0-9a-z-_.]"}"""),
                ((int)answer.StatusCode, (await answer.TextAsync()).Replace(", ", ",", StringComparison.Ordinal))
            );
        }
    }

    [Theory]
    [InlineData("name=Zoë&plus=a+b")]
    [InlineData("name=Zo%C3%AB&bad=%zz")]
    public async Task A_query_with_non_ASCII_characters_reaches_a_gRPC_app(string query)
    {
        callers.GammaApp.State.OnInvoke = (request, _) => new Protos.InvokeResponse { Data = request.Data };
        foreach (var from in (TestedSidecar[])[callers.Alpha, callers.Gamma])
        {
            await from.Grpc.InvokeServiceAsync(Request(query));
            await NextAsync(query); // between processes of the embedded sidecar it may come percent-encoded
        }
    }

    private async Task<(Protos.InvokeRequest Request, Metadata Headers)> NextAsync(string query)
    {
        while (true)
        {
            var call = await callers.GammaApp.State.Calls.Reader.ReadAsync().AsTask().OrFail($"the app got no call with query {query}");
            if (Uri.UnescapeDataString(call.Request.HttpExtension.Querystring) == Uri.UnescapeDataString(query))
            {
                return call;
            }
        }
    }

    private Protos.InvokeServiceRequest Request(string query) =>
        new()
        {
            Id = callers.Gamma.AppId,
            Message = new Protos.InvokeRequest
            {
                Method = "echo",
                Data = new Any { Value = ByteString.CopyFromUtf8("data") },
                HttpExtension = new() { Verb = Protos.HTTPExtension.Types.Verb.Get, Querystring = query },
            },
        };
}
