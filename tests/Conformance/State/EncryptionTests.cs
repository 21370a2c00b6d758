using System.Security.Cryptography;
using System.Text;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace Conformance.State;

/// <summary>State stores that encrypt the values of apps.</summary>
public sealed class EncryptionTests : IAsyncLifetime
{
    private const string Key = "00112233445566778899aabbccddeeff";

    private readonly string secrets = Path.GetTempFileName();
    private readonly List<TestedSidecar> running = [];

    public async Task InitializeAsync() =>
        await File.WriteAllTextAsync(secrets, $$"""{ "old": "{{Key}}", "new": "{{Key}}{{Key}}", "short": "0011" }""");

    public async Task DisposeAsync()
    {
        foreach (var sidecar in running)
        {
            await sidecar.DisposeAsync();
        }
        File.Delete(secrets);
    }

    [Fact]
    public async Task An_encrypted_value_is_read_over_HTTP_and_gRPC()
    {
        var sidecar = await StartAsync(Store("state.in-memory", "", "old"));
        await sidecar
            .Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"text","value":"value1"},{"key":"object","value":{"a":[1,2]}}]""")
            .SucceedsAsync();
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/state/store/transaction",
                """{"operations":[{"operation":"upsert","request":{"key":"other","value":"value2"}}]}"""
            )
            .SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/state/store/text").SucceedsAsync(200, "value1");
        await sidecar.Http.GetAsync("/v1.0/state/store/object").SucceedsAsync(200, """{"a":[1,2]}""");
        Assert.Equal(
            "value2",
            (await sidecar.Grpc.GetStateAsync(new GetStateRequest { StoreName = "store", Key = "other" })).Data.ToStringUtf8()
        );
        await sidecar.Grpc.SaveStateAsync(
            new SaveStateRequest
            {
                StoreName = "store",
                States =
                {
                    new StateItem { Key = "bytes", Value = ByteString.CopyFromUtf8("raw") },
                },
            }
        );
        var items = (
            await sidecar.Grpc.GetBulkStateAsync(new GetBulkStateRequest { StoreName = "store", Keys = { "bytes", "text", "none" } })
        ).Items;
        Assert.Equal(["raw", "value1", ""], items.Select(item => item.Data.ToStringUtf8()));
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("{ \"b\": 1.50, \"a\": [ ] }")]
    public async Task JSON_saved_over_gRPC_is_encrypted_as_it_was_sent(string json)
    {
        var sidecar = await StartAsync(Store("state.in-memory", "", "old"));
        await sidecar.Grpc.SaveStateAsync(
            new SaveStateRequest
            {
                StoreName = "store",
                States =
                {
                    new StateItem
                    {
                        Key = "json",
                        Value = ByteString.CopyFromUtf8(json),
                        Metadata = { ["contentType"] = "application/json" },
                    },
                },
            }
        );
        Assert.Equal(
            json,
            (await sidecar.Grpc.GetStateAsync(new GetStateRequest { StoreName = "store", Key = "json" })).Data.ToStringUtf8()
        );
    }

    [Fact]
    public async Task An_encrypted_value_names_its_key_and_is_read_with_that_key_only()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("conformance-encrypted-").FullName, "state.db");
        var before = await StartAsync(Store("state.sqlite", file, "old"));
        await before.Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"k","value":"secret"}]""").SucceedsAsync();
        await StopAsync(before);

        var plain = await StartAsync(Store("state.sqlite", file));
        var stored = await (await plain.Http.GetAsync("/v1.0/state/store/k")).TextAsync();
        Assert.EndsWith("||old", stored, StringComparison.Ordinal);
        Assert.Equal("secret", Opened(Convert.FromBase64String(stored[..^5])));
        await StopAsync(plain);

        var after = await StartAsync(Store("state.sqlite", file, "new", "old"));
        await after.Http.GetAsync("/v1.0/state/store/k").SucceedsAsync(200, "secret");
        await after.Http.SendAsync("POST", "/v1.0/state/store", """[{"key":"later","value":"fresh"}]""").SucceedsAsync();
        await StopAsync(after);

        var without = await StartAsync(Store("state.sqlite", file, "new"));
        await without.Http.GetAsync("/v1.0/state/store/later").SucceedsAsync(200, "fresh");
        await without.Http.GetAsync("/v1.0/state/store/k").FailsAsync(500, "ERR_STATE_GET");
        var items = (await (await without.Http.SendAsync("POST", "/v1.0/state/store/bulk", """{"keys":["k","later"]}""")).JsonAsync())
            .EnumerateArray()
            .ToList();
        Assert.Equal((true, false), (items[0].TryGetProperty("error", out _), items[1].TryGetProperty("error", out _)));
        await StopAsync(without);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task A_key_with_an_invalid_length_is_refused()
    {
        var (code, output) = await TestedSidecar.RefusedAsync(
            new SidecarOptions { Resources = Resources(Store("state.in-memory", "", "short")) }
        );
        Assert.NotEqual(0, code);
        if (!TestedSidecar.IsDaprd)
        {
            Assert.Contains("must be 16, 24 or 32 bytes", output, StringComparison.Ordinal);
        }
    }

    private static string Opened(byte[] bytes)
    {
        using var cipher = new AesGcm(Convert.FromHexString(Key), 16);
        var plain = new byte[bytes.Length - 28];
        cipher.Decrypt(bytes.AsSpan(0, 12), bytes.AsSpan(12, plain.Length), bytes.AsSpan(12 + plain.Length), plain);
        return Encoding.UTF8.GetString(plain);
    }

    private static string Store(string type, string file, string? primary = null, string? secondary = null) =>
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: store }
        spec:
          type: {{type}}
          version: v1
          metadata: [{{string.Join(", ", new[]
        {
            file.Length > 0 ? $"{{ name: connectionString, value: \"{file}\" }}" : null,
            "{ name: keyPrefix, value: name }",
            primary is null ? null : $"{{ name: primaryEncryptionKey, secretKeyRef: {{ name: {primary} }} }}",
            secondary is null ? null : $"{{ name: secondaryEncryptionKey, secretKeyRef: {{ name: {secondary} }} }}",
        }.OfType<string>())}}]
        auth: { secretStore: secrets }
        """;

    private string[] Resources(string store) => [store, Yaml.Component("secrets", "secretstores.local.file", ("secretsFile", secrets))];

    private async Task<TestedSidecar> StartAsync(string store)
    {
        var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = Resources(store) });
        running.Add(sidecar);
        return sidecar;
    }

    private async Task StopAsync(TestedSidecar sidecar)
    {
        running.Remove(sidecar);
        await sidecar.DisposeAsync();
    }
}
