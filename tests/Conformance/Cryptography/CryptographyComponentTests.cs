using System.Text;
using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Cryptography;

/// <summary>Cryptography components as components: listed, scoped, reloaded, guarded, counted.</summary>
public sealed class CryptographyComponentTests(KeyRing keys) : IClassFixture<KeyRing>
{
    private static readonly (string, string)[] Wrapped = [("dapr-key-name", "key"), ("dapr-key-wrap-algorithm", "AES")];

    private string Set =>
        $"{{'keys':[{{'kty':'oct','kid':'key','k':'{Convert.ToBase64String(keys.Secret)}'}},{{'kty':'EC','crv':'P-256','kid':'other','x':'AQ','y':'AQ'}}]}}".Replace(
            '\'',
            '"'
        );

    [Fact]
    public async Task A_crypto_component_is_listed_in_the_metadata()
    {
        var metadata = await (await keys.Sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync();
        var listed = Assert.Single(metadata.GetProperty("components").EnumerateArray());
        Assert.Equal(
            ("vault", "crypto.dapr.localstorage", "v1"),
            (listed.GetProperty("name").GetString(), listed.GetProperty("type").GetString(), listed.GetProperty("version").GetString())
        );
    }

    [Fact]
    public async Task Apps_outside_its_scopes_have_no_crypto_component()
    {
        await using var other = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [keys.Component + "\nscopes: [somebody]"] }
        );
        await other.Http.SendAsync(CryptoCalls.Request("encrypt", [], Wrapped)).FailsAsync(500, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED");
    }

    [Fact]
    public async Task A_crypto_component_is_added_and_removed_with_its_file()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [""], Configuration = Yaml.Configuration("features: [{ name: HotReload, enabled: true }]") }
        );
        sidecar.Write(keys.Component);
        await Eventually.UntilAsync(
            async () =>
                (
                    await sidecar.Http.SendAsync(
                        CryptoCalls.Request("encrypt", [], ("dapr-key-name", "secret.json"), ("dapr-key-wrap-algorithm", "AES"))
                    )
                ).IsSuccessStatusCode,
            "the component did not come"
        );
        sidecar.Write("");
        await Eventually.UntilAsync(
            async () =>
                (await (await sidecar.Http.SendAsync(CryptoCalls.Request("encrypt", []))).TextAsync()).Contains(
                    "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED",
                    StringComparison.Ordinal
                ),
            "the component did not go"
        );
    }

    [Fact]
    public async Task A_missing_key_folder_prevents_the_start()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Resources = [Yaml.Component("vault", "crypto.dapr.localstorage", ("path", "/nowhere"))] }
        );
        Assert.NotEqual(0, code);
        Assert.Contains("could not stat path '/nowhere'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_set_may_be_inline_in_base64_a_file_or_a_URL()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/keys", 200, Set);
        var file = keys.PathOf("set.json");
        await File.WriteAllTextAsync(file, Set);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component("plain", "crypto.dapr.jwks", ("jwks", Set.Replace("\"", "\\\"", StringComparison.Ordinal))),
                    Yaml.Component("coded", "crypto.dapr.jwks", ("jwks", Convert.ToBase64String(Encoding.UTF8.GetBytes(Set)))),
                    Yaml.Component("file", "crypto.dapr.jwks", ("jwks", file)),
                    Yaml.Component("url", "crypto.dapr.jwks", ("jwks", $"http://127.0.0.1:{app.PortNumber}/keys")),
                ],
            }
        );
        foreach (var component in new[] { "plain", "coded", "file", "url" })
        {
            using var answer = await sidecar.Http.SendAsync("PUT", $"/v1.0-alpha1/crypto/{component}/encrypt", "text", null, Wrapped);
            var document = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(document));
            await keys.DecryptsAsync(document, "secret.json", "text");
            await sidecar
                .Http.SendAsync(
                    "PUT",
                    $"/v1.0-alpha1/crypto/{component}/encrypt",
                    "text",
                    null,
                    ("dapr-key-name", "nope"),
                    ("dapr-key-wrap-algorithm", "AES")
                )
                .FailsAsync(
                    500,
                    "ERR_CRYPTO",
                    "failed to perform operation: failed to wrap the file key: failed to retrieve the key encryption key: key not found"
                );
        }

        await File.WriteAllTextAsync(file, Set.Replace("\"key\"", "\"renamed\"", StringComparison.Ordinal));
        await Eventually.UntilAsync(
            async () =>
                (
                    await sidecar.Http.SendAsync(
                        "PUT",
                        "/v1.0-alpha1/crypto/file/encrypt",
                        "",
                        null,
                        ("dapr-key-name", "renamed"),
                        ("dapr-key-wrap-algorithm", "AES")
                    )
                ).IsSuccessStatusCode,
            "the changed file was not read"
        );
    }

    [Fact]
    public async Task Policies_apply_to_a_crypto_component_and_its_operations_are_counted()
    {
        const string Policies = """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: policies }
            spec:
              policies:
                circuitBreakers:
                  once: { maxRequests: 1, timeout: 1h, trip: consecutiveFailures > 0 }
              targets:
                components:
                  vault: { outbound: { circuitBreaker: once } }
            """;
        var port = Port.Free();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "counted",
                Resources = [keys.Component, Policies],
                Flags = ["--enable-metrics=true", $"--metrics-port={port}"],
            }
        );
        Task<HttpResponseMessage> Encrypt(string key) =>
            sidecar.Http.SendAsync(CryptoCalls.Request("encrypt", [], ("dapr-key-name", key), ("dapr-key-wrap-algorithm", "AES")));
        await Encrypt("secret.json").SucceedsAsync(200);
        await Encrypt("missing").FailsAsync(500, "ERR_CRYPTO");
        await Encrypt("secret.json")
            .FailsAsync(500, "ERR_CRYPTO", "failed to perform operation: failed to wrap the file key: circuit breaker is open");
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        Assert.Contains(
            "dapr_component_crypto_count{app_id=\"counted\",component=\"vault\",namespace=\"\",operation=\"crypto_op\",success=\"true\"} 1",
            metrics,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "dapr_component_crypto_count{app_id=\"counted\",component=\"vault\",namespace=\"\",operation=\"crypto_op\",success=\"false\"} 2",
            metrics,
            StringComparison.Ordinal
        );
    }
}
