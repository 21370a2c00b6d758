using Conformance.Running;

namespace Conformance.General;

/// <summary>The CORS headers for pages in a browser (<c>--allowed-origins</c>), as in daprd's middleware.</summary>
public sealed class CrossOriginTests
{
    [Fact]
    public async Task Without_the_flag_a_preflight_is_a_request_like_any_other()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions());
        using var answer = await PreflightAsync(sidecar, "https://page.example", "GET");
        Assert.Equal((404, "", ""), ((int)answer.StatusCode, Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Vary")));
    }

    [Fact]
    public async Task Without_the_flag_a_preflight_needs_the_token()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Environment = new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "secret" } }
        );
        using var without = await PreflightAsync(sidecar, "*", "GET");
        using var with = await PreflightAsync(sidecar, "*", "GET", ("dapr-api-token", "secret"));
        Assert.Equal((401, 404, ""), ((int)without.StatusCode, (int)with.StatusCode, Header(with, "Vary")));
    }

    [Fact]
    public async Task A_star_allows_every_origin_and_preflights_need_no_token()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Flags = ["--allowed-origins", "*"],
                Environment = new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "secret" },
            }
        );
        using var answer = await PreflightAsync(sidecar, "https://page.example", "put", ("Access-Control-Request-Headers", "X-One, X-Two"));
        Assert.Equal(
            (200, "*", "PUT", "X-One, X-Two"),
            (
                (int)answer.StatusCode,
                Header(answer, "Access-Control-Allow-Origin"),
                Header(answer, "Access-Control-Allow-Methods"),
                Header(answer, "Access-Control-Allow-Headers")
            )
        );
        Assert.Equal("Origin, Access-Control-Request-Method, Access-Control-Request-Headers", Header(answer, "Vary"));
        using var wrong = await PreflightAsync(sidecar, "https://page.example", "GET", ("dapr-api-token", "wrong"));
        Assert.Equal(200, (int)wrong.StatusCode);
        using var call = await sidecar.Http.SendAsync(
            "GET",
            "/v1.0/metadata",
            null,
            null,
            ("Origin", "https://page.example"),
            ("dapr-api-token", "secret")
        );
        Assert.Equal((200, "*", "Origin"), ((int)call.StatusCode, Header(call, "Access-Control-Allow-Origin"), Header(call, "Vary")));
        using var refused = await sidecar.Http.SendAsync("GET", "/v1.0/metadata", null, null, ("dapr-api-token", "wrong"));
        Assert.Equal((401, ""), ((int)refused.StatusCode, Header(refused, "Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Allowed_origins_may_be_listed_with_one_wildcard_each()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Flags = ["--allowed-origins", "https://page.example,https://*.pages.example"] }
        );
        foreach (
            var (origin, allowed) in new[]
            {
                ("https://page.example", true),
                ("https://PAGE.example", true),
                ("https://a.pages.example", true),
                ("https://pages.example", false),
                ("http://page.example", false),
                ("https://page.example.evil", false),
            }
        )
        {
            using var answer = await PreflightAsync(sidecar, origin, "GET");
            Assert.Equal(
                (200, allowed ? origin : "", allowed ? "GET" : ""),
                ((int)answer.StatusCode, Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Allow-Methods"))
            );
            Assert.NotEmpty(Header(answer, "Vary"));
        }
        using var strange = await PreflightAsync(sidecar, "https://page.example", "TRACE");
        Assert.Equal((200, ""), ((int)strange.StatusCode, Header(strange, "Access-Control-Allow-Origin")));
    }

    private static Task<HttpResponseMessage> PreflightAsync(
        TestedSidecar sidecar,
        string origin,
        string method,
        params (string, string)[] headers
    ) =>
        sidecar.Http.SendAsync(
            "OPTIONS",
            "/v1.0/metadata",
            null,
            null,
            [("Origin", origin), ("Access-Control-Request-Method", method), .. headers]
        );

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
