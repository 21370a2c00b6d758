using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Invocation;

/// <summary>Calls of servers outside of Dapr: redirects, and certificates of both sides.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task A_redirect_is_followed()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/events", (_, context) =>
        {
            context.Response.Redirect($"http://127.0.0.1:{app.PortNumber}/helloworld", permanent: true);
            return Task.CompletedTask;
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Endpoint("site", $"http://127.0.0.1:{app.PortNumber}")] }
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/site/method/events").SucceedsAsync(200);
        await app.NextAsync("/helloworld");
    }

    [Theory]
    [InlineData("127.0.0.1", "secret")]
    [InlineData("localhost", null)]
    public async Task A_redirect_becomes_GET_and_takes_credentials_to_the_same_host_only(string host, string? credentials)
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/orders", (_, context) =>
        {
            context.Response.Redirect($"http://{host}:{app.PortNumber}/orders/");
            return Task.CompletedTask;
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Endpoint("site", $"http://127.0.0.1:{app.PortNumber}")
                        + "  headers: [ { name: Authorization, value: secret }, { name: X-Key, value: own } ]\n",
                ],
            }
        );
        await sidecar.Http.SendAsync("PUT", "/v1.0/invoke/site/method/orders?q=1", "x").SucceedsAsync(200);
        Assert.Equal("secret", (await app.NextAsync("/orders")).Header("Authorization"));
        var got = await app.NextAsync("/orders/");
        Assert.Equal(
            ("GET", "", credentials, "own", null, $"http://127.0.0.1:{app.PortNumber}/orders?q=1"),
            (got.Method, got.Text, got.Header("Authorization"), got.Header("X-Key"), got.Header("Content-Type"), got.Header("Referer"))
        );
    }

    [Fact]
    public async Task InvokeService_reaches_the_server_of_an_endpoint()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/base/greet", 201, "hello");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Endpoint("site", $"http://127.0.0.1:{app.PortNumber}/base") + "  headers: [ { name: X-Key, value: own } ]\n"],
            }
        );
        var call = sidecar.Grpc.InvokeServiceAsync(
            new Protos.InvokeServiceRequest
            {
                Id = "site",
                Message = new Protos.InvokeRequest
                {
                    Method = "greet",
                    ContentType = "text/plain",
                    Data = new Google.Protobuf.WellKnownTypes.Any { Value = Google.Protobuf.ByteString.CopyFromUtf8("data") },
                    HttpExtension = new() { Verb = Protos.HTTPExtension.Types.Verb.Put, Querystring = "q=1" },
                },
            }
        );
        var reply = await call;
        var got = await app.NextAsync("/base/greet");
        Assert.Equal(
            ("hello", "PUT", "q=1", "data", "own", null),
            (
                reply.Data.Value.ToStringUtf8(),
                got.Method,
                got.Query.TrimStart('?'),
                got.Text,
                got.Header("X-Key"),
                got.Header("dapr-caller-app-id")
            )
        );
        Assert.Equal("201", (await call.ResponseHeadersAsync).GetValue("dapr-http-status"));
    }

    [Fact]
    public async Task Servers_outside_of_this_machine_are_called_through_the_proxy_of_the_environment()
    {
        await using var proxy = await HttpApp.StartAsync();
        await using var server = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Endpoint("outside", "http://outside.test"), Endpoint("here", $"http://127.0.0.1:{server.PortNumber}")],
                Environment = new Dictionary<string, string> { ["HTTP_PROXY"] = $"http://127.0.0.1:{proxy.PortNumber}" },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/outside/method/far").SucceedsAsync(200);
        Assert.Equal("outside.test", (await proxy.NextAsync("http://outside.test/far")).Header("Host"));
        await sidecar.Http.GetAsync("/v1.0/invoke/here/method/near").SucceedsAsync(200);
        await server.NextAsync("/near");
        Assert.True(proxy.GotNothingMore($"http://127.0.0.1:{server.PortNumber}/near"));
    }

    [Fact]
    public async Task A_redirect_that_demands_the_same_body_is_the_answer()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/events", (_, context) =>
        {
            context.Response.Redirect("/helloworld", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Endpoint("site", $"http://127.0.0.1:{app.PortNumber}")] }
        );
        using var answer = await sidecar.Http.SendAsync("POST", "/v1.0/invoke/site/method/events", "x");
        Assert.Equal((HttpStatusCode.TemporaryRedirect, "/helloworld"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.True(app.GotNothingMore("/helloworld"));
    }

    [Fact]
    public async Task InvokeService_without_data_has_a_length_of_zero()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Endpoint("site", $"http://127.0.0.1:{app.PortNumber}")] }
        );
        await sidecar.Grpc.InvokeServiceAsync(
            new Protos.InvokeServiceRequest
            {
                Id = "site",
                Message = new Protos.InvokeRequest
                {
                    Method = "refresh",
                    HttpExtension = new() { Verb = Protos.HTTPExtension.Types.Verb.Post },
                },
            }
        );
        var got = await app.NextAsync("/refresh");
        Assert.Equal(("0", null, null), (got.Header("Content-Length"), got.Header("Transfer-Encoding"), got.Header("Content-Type")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("data")]
    public async Task InvokeService_follows_a_redirect_that_demands_the_same_body(string data)
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/old", (_, context) =>
        {
            context.Response.Redirect("/new?q=2", permanent: true, preserveMethod: true);
            return Task.CompletedTask;
        });
        app.Answers("/new", 201, "moved");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Endpoint("site", $"http://127.0.0.1:{app.PortNumber}")] }
        );
        var call = sidecar.Grpc.InvokeServiceAsync(
            new Protos.InvokeServiceRequest
            {
                Id = "site",
                Message = new Protos.InvokeRequest
                {
                    Method = "old",
                    ContentType = "text/plain",
                    Data = new Google.Protobuf.WellKnownTypes.Any { Value = Google.Protobuf.ByteString.CopyFromUtf8(data) },
                    HttpExtension = new() { Verb = Protos.HTTPExtension.Types.Verb.Put },
                },
            }
        );
        var reply = await call;
        var got = await app.NextAsync("/new");
        Assert.Equal(
            ("moved", "PUT", "q=2", data, "text/plain"),
            (reply.Data.Value.ToStringUtf8(), got.Method, got.Query.TrimStart('?'), got.Text, got.Header("Content-Type"))
        );
        Assert.Equal("201", (await call.ResponseHeadersAsync).GetValue("dapr-http-status"));
    }

    [Fact]
    public async Task Headers_come_from_a_secret_store_and_from_the_environment()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Endpoint("site", $"http://127.0.0.1:{app.PortNumber}")
                        + """
                          headers:
                          - { name: x-secret, secretKeyRef: { name: TOKEN, key: TOKEN } }
                          - { name: x-variable, envRef: PLAIN }
                          - { name: x-written, value: written, secretKeyRef: { name: TOKEN, key: other } }
                        auth: { secretStore: vault }
                        """,
                    Yaml.Component("vault", "secretstores.local.env"),
                ],
                Environment = new Dictionary<string, string> { ["TOKEN"] = "secret", ["PLAIN"] = "variable" },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/site/method/hello").SucceedsAsync(200);
        var got = await app.NextAsync("/hello");
        Assert.Equal(("secret", "variable", "written"), (got.Header("x-secret"), got.Header("x-variable"), got.Header("x-written")));
    }

    [Fact]
    public async Task A_server_gets_the_headers_of_the_endpoint_and_may_pack_its_answer()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/base/hello", async (_, context) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(context.Response.Body, CompressionMode.Compress);
            await zip.WriteAsync("plain"u8.ToArray());
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Endpoint("site", $"http://127.0.0.1:{app.PortNumber}/base")
                        + "  headers: [ { name: Content-Type, value: application/x-own }, { name: X-Key, value: own } ]\n",
                ],
            }
        );
        await sidecar
            .Http.SendAsync("POST", "/v1.0/invoke/site/method/hello", "x", "text/plain", ("X-Key", "of-the-client"))
            .SucceedsAsync(200, "plain");
        var got = await app.NextAsync("/base/hello");
        Assert.Equal(
            ("application/x-own", "own", "gzip", "Go-http-client/1.1"),
            (got.Header("Content-Type"), got.Header("X-Key"), got.Header("Accept-Encoding"), got.Header("User-Agent"))
        );
    }

    [Fact]
    public async Task The_failure_of_a_server_names_its_whole_URL()
    {
        var port = Port.Free();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Endpoint("gone", $"http://127.0.0.1:{port}/base")] }
        );
        var error = await sidecar.Http.GetAsync("/v1.0/invoke/gone/method/x?q=1").FailsAsync(500, "ERR_DIRECT_INVOKE");
        Assert.StartsWith(
            $"failed to invoke, id: gone, err: Get \"http://127.0.0.1:{port}/base/x?q=1\": ",
            error.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_server_that_does_not_answer_the_TLS_handshake_fails_the_call_after_15_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = $"https://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [Endpoint("silent", url)] });

        var overHttp = sidecar.Http.GetAsync("/v1.0/invoke/silent/method/x").FailsAsync(500, "ERR_DIRECT_INVOKE");
        var overGrpc = sidecar
            .Grpc.InvokeServiceAsync(
                new Protos.InvokeServiceRequest
                {
                    Id = "silent",
                    Message = new Protos.InvokeRequest
                    {
                        Method = "x",
                        HttpExtension = new() { Verb = Protos.HTTPExtension.Types.Verb.Get },
                    },
                }
            )
            .FailsAsync(StatusCode.Internal);

        var failure = $"failed to invoke, id: silent, err: Get \"{url}/x\": ";
        Assert.StartsWith(
            failure,
            (await overHttp.OrFail("the call over HTTP did not end")).GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        Assert.StartsWith(failure, (await overGrpc.OrFail("the call over gRPC did not end")).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_demands_a_client_certificate_gets_the_endpoints()
    {
        using var authority = Authority();
        using var known = Signed(authority, "localhost");
        using var otherAuthority = Authority();
        using var unknown = Signed(otherAuthority, "localhost");
        var port = Port.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
                    {
                        https.ServerCertificate = X509CertificateLoader.LoadPkcs12(known.Export(X509ContentType.Pkcs12), null);
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (presented, _, _) => presented.Thumbprint == known.Thumbprint;
                    })));
        await using var web = builder.Build();
        web.Run(context => context.Response.WriteAsync("ok-TLS"));
        await web.StartAsync();

        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Endpoint("good", $"https://localhost:{port}", authority, known),
                    Endpoint("bad", $"https://localhost:{port}", authority, unknown),
                    Endpoint("stranger", $"https://localhost:{port}", otherAuthority, known),
                    Endpoint("hidden", $"https://localhost:{port}")
                        + """
                          clientTLS:
                            rootCA: { secretKeyRef: { name: ROOT, key: ROOT } }
                            certificate: { secretKeyRef: { name: CERTIFICATE, key: CERTIFICATE } }
                            privateKey: { secretKeyRef: { name: PRIVATE, key: PRIVATE } }
                        auth: { secretStore: vault }
                        """,
                    Yaml.Component("vault", "secretstores.local.env"),
                ],
                Environment = new Dictionary<string, string>
                {
                    ["ROOT"] = authority.ExportCertificatePem(),
                    ["CERTIFICATE"] = known.ExportCertificatePem(),
                    ["PRIVATE"] = known.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(),
                },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/invoke/good/method/hello").SucceedsAsync(200, "ok-TLS");
        await sidecar.Http.GetAsync("/v1.0/invoke/hidden/method/hello").SucceedsAsync(200, "ok-TLS");
        await sidecar.Http.GetAsync("/v1.0/invoke/bad/method/hello").FailsAsync(500, "ERR_DIRECT_INVOKE");
        await sidecar.Http.GetAsync("/v1.0/invoke/stranger/method/hello").FailsAsync(500, "ERR_DIRECT_INVOKE");
    }

    private static string Endpoint(string name, string url, X509Certificate2? root = null, X509Certificate2? client = null)
    {
        static string Item(string name, string pem) => $"    {name}: {{ value: \"{pem.ReplaceLineEndings("\\n")}\" }}\n";
        var tls = root is null
            ? ""
            : "  clientTLS:\n"
                + Item("rootCA", root.ExportCertificatePem())
                + Item("certificate", client!.ExportCertificatePem())
                + Item("privateKey", client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return $"apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata:\n  name: {name}\nspec:\n  version: v1alpha1\n  "
            + $"baseUrl: {url}\n{tls}";
    }

    private static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=conformance", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
