using Conformance.Apps;
using Conformance.Running;
using Microsoft.AspNetCore.Http;

namespace Conformance.Middleware;

/// <summary>HTTP middleware in front of the API (<c>httpPipeline</c>) and in front of the app (<c>appHttpPipeline</c>).</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    private HttpApp app = null!;
    private TestedSidecar? sidecar;

    public async Task InitializeAsync() => app = await HttpApp.StartAsync();

    public async Task DisposeAsync()
    {
        if (sidecar is not null)
        {
            await sidecar.DisposeAsync();
        }
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Aliases_in_front_of_the_API_apply_in_their_order()
    {
        await StartAsync(
            "httpPipeline",
            Alias("one", """{ "/helloworld": "/v1.0/invoke/self/method/foobar" }"""),
            Alias(
                "two",
                """{ "/helloworld": "/v1.0/invoke/self/method/barfoo", "/v1.0/invoke/self/method/foobar": "/v1.0/invoke/self/method/abc" }"""
            )
        );
        await sidecar!.Http.SendAsync("POST", "/helloworld").SucceedsAsync(200);
        await app.NextAsync("/abc");
    }

    [Fact]
    public async Task Aliases_in_front_of_the_app_apply_to_calls_and_parts_become_parameters()
    {
        await StartAsync(
            "appHttpPipeline",
            Alias("one", """{ "/helloworld": "/foobar", "/orders/{id}": "/order", "/items/{nr:[0-9]+}": "/item" }"""),
            Alias("two", """{ "/helloworld": "/xyz", "/foobar": "/abc" }""")
        );
        await sidecar!.Http.SendAsync("POST", "/v1.0/invoke/self/method/helloworld").SucceedsAsync(200);
        await app.NextAsync("/abc");
        await sidecar.Http.GetAsync("/v1.0/invoke/self/method/orders/a%20b?x=1").SucceedsAsync(200);
        Assert.Equal("?x=1&id=a%20b", (await app.NextAsync("/order")).Query);
        await sidecar.Http.GetAsync("/v1.0/invoke/self/method/items/7").SucceedsAsync(200);
        Assert.Equal("?nr=7", (await app.NextAsync("/item")).Query);
        await sidecar.Http.GetAsync("/v1.0/invoke/self/method/items/x").SucceedsAsync(200);
        await app.NextAsync("/items/x");
    }

    [Fact]
    public async Task Middleware_in_front_of_the_app_sees_events_as_well()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"topic","route":"events"}]""");
        await StartAsync("appHttpPipeline", Alias("one", """{ "/events": "/elsewhere" }"""), Yaml.Component("events", "pubsub.in-memory"));
        await sidecar!.Http.SendAsync("POST", "/v1.0/publish/events/topic", "1").SucceedsAsync();
        await app.NextAsync("/elsewhere");
    }

    [Fact]
    public async Task Health_probes_skip_the_app_middleware_and_carry_no_token()
    {
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "self",
                Isolated = true,
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("checker", "middleware.http.routerchecker", ("rule", "^/allowed$"))],
                Configuration = Yaml.Configuration(
                    "appHttpPipeline: { handlers: [ { name: checker, type: middleware.http.routerchecker } ] }"
                ),
                Flags = ["--enable-app-health-check", "--app-health-probe-interval=1"],
                Environment = new Dictionary<string, string> { ["APP_API_TOKEN"] = "of-the-app" },
            }
        );

        Assert.Null((await app.NextAsync("/healthz")).Header("dapr-api-token"));
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.GetAsync("/v1.0/invoke/self/method/allowed");
                return answer.IsSuccessStatusCode;
            },
            "the app did not become well"
        );
        Assert.Equal("of-the-app", (await app.NextAsync("/allowed")).Header("dapr-api-token"));
    }

    [Theory]
    [InlineData("httpPipeline")]
    [InlineData("appHttpPipeline")]
    public async Task Middleware_can_change_a_body(string pipeline)
    {
        app.Answers("/foo", (got, context) => context.Response.WriteAsync(got.Text));
        await StartAsync(pipeline, Yaml.Component("upper", "middleware.http.uppercase"));
        await sidecar!.Http.SendAsync("POST", "/v1.0/invoke/self/method/foo", "hello", "text/plain").SucceedsAsync(200, "HELLO");
    }

    [Theory]
    [InlineData("httpPipeline")]
    [InlineData("appHttpPipeline")]
    public async Task A_handler_without_a_component_is_skipped(string pipeline)
    {
        await StartAsync(pipeline, "missing");
        await sidecar!.Http.GetAsync("/v1.0/invoke/self/method/foo").SucceedsAsync(200);
    }

    [Fact]
    public async Task Requests_above_the_allowed_rate_are_refused()
    {
        await StartAsync("httpPipeline", Yaml.Component("limit", "middleware.http.ratelimit", ("maxRequestsPerSecond", "0.01")));
        // the existing one, unless the health probe used it
        using var allowed = await sidecar!.Http.GetAsync("/v1.0/metadata");
        using var limited = await sidecar.Http.GetAsync("/v1.0/metadata");
        Assert.Equal((429, "You have reached maximum request limit."), ((int)limited.StatusCode, await limited.TextAsync()));
        using var other = await sidecar.Http.SendAsync("GET", "/v1.0/metadata", headers: ("X-Forwarded-For", "10.0.0.1"));
        Assert.Equal(200, (int)other.StatusCode);
    }

    [Fact]
    public async Task Routerchecker_passes_only_routes_that_match_its_rule()
    {
        await StartAsync("httpPipeline", Yaml.Component("check", "middleware.http.routerchecker", ("rule", "^/v1.0/(healthz|metadata)")));
        await sidecar!.Http.GetAsync("/v1.0/metadata").SucceedsAsync(200);
        using var refused = await sidecar.Http.GetAsync("/v1.0/invoke/self/method/foo");
        Assert.Equal((400, "invalid router"), ((int)refused.StatusCode, await refused.TextAsync()));
    }

    [Fact]
    public async Task The_rule_of_routerchecker_has_RE2s_syntax()
    {
        await StartAsync(
            "httpPipeline",
            Yaml.Component("check", "middleware.http.routerchecker", ("rule", "^/v1[.]0/(?P<what>[[:alpha:]]+)"))
        );
        await sidecar!.Http.GetAsync("/v1.0/metadata").SucceedsAsync(200);
        using var refused = await sidecar.Http.GetAsync("/v1.0/1nvoke/self/method/foo");
        Assert.Equal((400, "invalid router"), ((int)refused.StatusCode, await refused.TextAsync()));
    }

    [Fact]
    public async Task Bearer_passes_only_tokens_of_the_issuer()
    {
        var issuer = new TokenIssuer($"http://127.0.0.1:{app.PortNumber}");
        app.Answers("/.well-known/openid-configuration", 200, issuer.Discovery);
        app.Answers("/keys", 200, issuer.Keys);
        await StartAsync(
            "appHttpPipeline",
            Yaml.Component("bearer", "middleware.http.bearer", ("issuer", issuer.Address), ("audience", "shop"))
        );
        async Task<int> CallAsync(string? token)
        {
            using var answer = await sidecar!.Http.SendAsync(
                "GET",
                "/v1.0/invoke/self/method/foo",
                headers: token is null ? [] : [("Authorization", "Bearer " + token)]
            );
            return (int)answer.StatusCode;
        }
        Assert.Equal(200, await CallAsync(issuer.Token("shop")));
        Assert.Equal(200, await CallAsync(issuer.Token("shop", expires: false)));
        Assert.Equal(401, await CallAsync(issuer.Token("shop", namesKey: false)));
        Assert.Equal(401, await CallAsync(issuer.Token("another")));
        Assert.Equal(401, await CallAsync(new TokenIssuer(issuer.Address).Token("shop")));
        Assert.Equal(401, await CallAsync(null));
    }

    [Theory]
    [InlineData("""{"issuer":"https://elsewhere","jwks_uri":"KEYS"}""", "the issuer found in the OpenID Configuration document")]
    [InlineData("""{"issuer":"ISSUER"}""", "the OpenID Configuration document does not contain a")]
    public async Task Bearer_refuses_a_discovery_document_that_is_incomplete_or_of_another_issuer(string document, string reason)
    {
        var issuer = new TokenIssuer($"http://127.0.0.1:{app.PortNumber}");
        app.Answers(
            "/.well-known/openid-configuration",
            200,
            document
                .Replace("KEYS", $"{issuer.Address}/keys", StringComparison.Ordinal)
                .Replace("ISSUER", issuer.Address, StringComparison.Ordinal)
        );
        app.Answers("/keys", 200, issuer.Keys);
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions
            {
                Resources = [Yaml.Component("bearer", "middleware.http.bearer", ("issuer", issuer.Address), ("audience", "shop"))],
            }
        );
        Assert.NotEqual(0, code);
        Assert.Contains(reason, output, StringComparison.Ordinal);
    }

    private static string Alias(string name, string routes) =>
        $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {"{"} name: {name} {"}"}
            spec:
              type: middleware.http.routeralias
              version: v1
              metadata:
              - name: routes
                value: '{routes}'
            """;

    /// <summary>
    /// A pipeline with all middleware among <paramref name="components"/>; a plain word is a handler without a component.
    /// </summary>
    private async Task StartAsync(string pipeline, params string[] components)
    {
        var handlers = components
            .Select(component =>
                component.Contains("middleware.http.", StringComparison.Ordinal)
                    ? (Name: Word(component, "name:"), Type: Word(component, "type:"))
                    : (Name: component, Type: "middleware.http.uppercase")
            )
            .Where(handler => !handler.Name.Contains('\n', StringComparison.Ordinal));
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "self",
                Isolated = true,
                AppPort = app.PortNumber,
                AwaitReady = !components.Any(component => component.Contains("ratelimit", StringComparison.Ordinal)),
                Resources = [.. components.Where(component => component.Contains('\n', StringComparison.Ordinal))],
                Configuration = Yaml.Configuration(
                    $"{pipeline}:\n  handlers:\n{string.Join('\n', handlers.Select(handler => $"  - {{ name: {handler.Name}, type: {handler.Type} }}"))}"
                ),
            }
        );
    }

    private static string Word(string yaml, string after) =>
        yaml[(yaml.IndexOf(after, StringComparison.Ordinal) + after.Length)..].TrimStart().Split(' ', '\n', '}')[0];
}
