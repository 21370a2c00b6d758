using System.Security.Cryptography;
using System.Text;
using Conformance.Running;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Cryptography;

/// <summary>The refusals of the cryptography API, over HTTP and gRPC.</summary>
public sealed class CryptographyApiTests(KeyRing keys) : IClassFixture<KeyRing>
{
    private const string Key = "dapr-key-name";
    private const string Algorithm = "dapr-key-wrap-algorithm";

    [Fact]
    public async Task Over_HTTP_the_encryption_options_are_headers_in_any_case()
    {
        var document = await keys.EncryptsAsync(
            "text"u8.ToArray(),
            (Key, "rsa-public.pem"),
            (Algorithm, "rsa-oaep-256"),
            ("dapr-data-encryption-cipher", "chacha20-poly1305"),
            ("dapr-decryption-key-name", "rsa.pem")
        );
        Assert.Contains("\"k\":\"rsa.pem\",\"kw\":5,", Encoding.ASCII.GetString(document.AsSpan(0, 60)), StringComparison.Ordinal);
        await keys.DecryptsAsync(document, "", "text");
        var nameless = await keys.EncryptsAsync(
            "text"u8.ToArray(),
            (Key, "secret.json"),
            (Algorithm, "aes"),
            ("dapr-omit-decryption-key-name", "yes"),
            ("dapr-decryption-key-name", "rsa.pem")
        );
        Assert.StartsWith("dapr.io/enc/v1\n{\"kw\":1,", Encoding.ASCII.GetString(nameless.AsSpan(0, 60)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_encryption_option_is_refused_by_name()
    {
        await keys
            .Sidecar.Http.SendAsync(CryptoCalls.Request("encrypt", [], (Algorithm, "AES")))
            .FailsAsync(400, "ERR_BAD_REQUEST", "invalid request: missing header 'dapr-key-name'");
        await keys
            .Sidecar.Http.SendAsync(CryptoCalls.Request("encrypt", [], (Key, "secret.json")))
            .FailsAsync(400, "ERR_BAD_REQUEST", "invalid request: missing header 'dapr-key-wrap-algorithm'");
        await RefusedAsync(null, "first message does not contain the required options");
        await RefusedAsync(
            new() { ComponentName = "vault", KeyWrapAlgorithm = "AES" },
            "missing property 'keyName' in the options message"
        );
        await RefusedAsync(
            new() { ComponentName = "vault", KeyName = "secret.json" },
            "missing property 'keyWrapAlgorithm' in the options message"
        );
        await RefusedAsync(new() { KeyName = "secret.json", KeyWrapAlgorithm = "AES" }, "missing component name");
    }

    [Fact]
    public async Task A_missing_crypto_component_and_a_sidecar_without_any_have_different_errors()
    {
        await keys.EncryptionFailsAsync(
            400,
            "ERR_CRYPTO_PROVIDER_NOT_FOUND",
            "crypto provider nope not found",
            "nope",
            (Key, "k"),
            (Algorithm, "AES")
        );
        await using var bare = await TestedSidecar.StartAsync(new SidecarOptions());
        await bare
            .Http.SendAsync("PUT", "/v1.0-alpha1/crypto/vault/decrypt", "x")
            .FailsAsync(500, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED", "crypto providers not configured");
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            CryptoCalls.DecryptAsync(bare, new Protos.DecryptRequest { Options = new() { ComponentName = "vault" } })
        );
        Assert.Equal((StatusCode.Internal, "crypto providers not configured"), (failure.StatusCode, failure.Status.Detail));
    }

    [Theory]
    [InlineData(
        "missing",
        "failed to retrieve the key encryption key: failed to load key 'missing': open {path}: no such file or directory"
    )]
    [InlineData("folder", "failed to retrieve the key encryption key: failed to load key 'folder': read {path}: is a directory")]
    [InlineData("../secret.json", "failed to retrieve the key encryption key: invalid key path: cannot contain '..'")]
    [InlineData("empty.pem", "failed to retrieve the key encryption key: failed to parse key from secret: key is empty")]
    [InlineData("sign-only.json", "key cannot perform the 'wrapKey' operation")]
    [InlineData("other-algorithm.json", "key cannot be used with algorithm 'A256KW'")]
    [InlineData("short", "failed to encrypt data: key type mismatch")]
    [InlineData("rsa.pem", "failed to encrypt data: key type mismatch")]
    [InlineData("ec.pem", "failed to encrypt data: key type mismatch")]
    public async Task An_unsuitable_key_is_refused_with_the_reason(string key, string reason) =>
        await keys.EncryptionFailsAsync(
            500,
            "ERR_CRYPTO",
            $"failed to perform operation: failed to wrap the file key: {reason.Replace("{path}", keys.PathOf(key), StringComparison.Ordinal)}",
            "vault",
            (Key, key),
            (Algorithm, "A256KW")
        );

    [Fact]
    public async Task A_file_without_a_key_is_refused_and_no_file_outside_the_folder_is_read()
    {
        using var answer = await keys.Sidecar.Http.SendAsync(
            CryptoCalls.Request("encrypt", [], (Key, "nonsense.json"), (Algorithm, "AES"))
        );
        Assert.Contains("failed to parse key from secret: ", await answer.TextAsync(), StringComparison.Ordinal);
        await keys.EncryptionFailsAsync(
            500,
            "ERR_CRYPTO",
            $"failed to perform operation: failed to wrap the file key: failed to retrieve the key encryption key: failed to load key '/etc/hostname': open {keys.PathOf("etc/hostname")}: no such file or directory",
            "vault",
            (Key, "/etc/hostname"),
            (Algorithm, "A256KW")
        );
    }

    [Fact]
    public async Task Only_the_algorithms_and_ciphers_of_the_scheme_are_accepted()
    {
        await keys.EncryptionFailsAsync(
            500,
            "ERR_CRYPTO",
            "failed to perform operation: option Algorithm is not valid: algorithm ROT13 is not supported",
            "vault",
            (Key, "secret.json"),
            (Algorithm, "rot13")
        );
        await keys.EncryptionFailsAsync(
            500,
            "ERR_CRYPTO",
            "failed to perform operation: option Cipher is not valid: cipher DES is not supported",
            "vault",
            (Key, "secret.json"),
            (Algorithm, "AES"),
            ("dapr-data-encryption-cipher", "des")
        );
        // Named by the scheme, and refused by daprd's local components.
        await keys.EncryptionFailsAsync(
            500,
            "ERR_CRYPTO",
            "failed to perform operation: failed to wrap the file key: failed to encrypt data: unsupported algorithm",
            "vault",
            (Key, "secret.json"),
            (Algorithm, "A256CBC-NOPAD")
        );
    }

    [Fact]
    public async Task An_invalid_document_is_refused_with_the_mistake_in_its_header()
    {
        foreach (
            var (document, reason) in new[]
            {
                ("", "scheme name not found"),
                ("dapr.io/enc/v1", "scheme name not found"),
                ("dapr.io/enc/v2\n{}\nx\n", "unsupported scheme"),
                ("\n\n\n", "invalid format"),
                ("dapr.io/enc/v1\n", "manifest not found"),
                ("dapr.io/enc/v1\n\n", "invalid format"),
                ("dapr.io/enc/v1\n{}\n", "message authentication code not found"),
                ("dapr.io/enc/v1\n{}\nx\n", "invalid manifest"),
                ("dapr.io/enc/v1\nnull\nx\n", "invalid manifest"),
                ("dapr.io/enc/v1\n{\"kw\":9,\"wfk\":\"eA==\",\"cph\":1,\"np\":\"QUJDREVGRw==\"}\nx\n", "invalid manifest"),
            }
        )
        {
            await keys.DecryptionFailsAsync(
                Encoding.ASCII.GetBytes(document),
                "secret.json",
                $"failed to perform operation: invalid header: {reason}"
            );
        }
    }

    [Fact]
    public async Task A_wrong_key_a_missing_key_and_a_changed_header_have_the_same_error()
    {
        const string Refused = "failed to perform operation: failed to validate the document's signature";
        var document = await keys.EncryptsAsync("text"u8.ToArray(), (Key, "secret.json"), (Algorithm, "AES"));
        await keys.DecryptsAsync(document, "secret-bytes", "text");
        await keys.DecryptionFailsAsync(document, "missing", Refused);
        await keys.DecryptionFailsAsync(document, "rsa.pem", Refused);
        await keys.DecryptionFailsAsync(document, "wrap-only.json", Refused);
        await keys.DecryptionFailsAsync(
            Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(document).Replace("\"cph\":1", "\"cph\":2", StringComparison.Ordinal)),
            "",
            Refused
        );
    }

    [Fact]
    public async Task A_document_that_was_changed_cut_off_or_lengthened_is_not_decrypted()
    {
        var document = await keys.EncryptsAsync(RandomNumberGenerator.GetBytes(100_000), (Key, "secret.json"), (Algorithm, "AES"));
        var start = document.Length - 100_000 - 32;
        byte[] changed = [.. document[..^1], (byte)(document[^1] ^ 1)];
        byte[] swapped = [.. document[..start], .. document[(start + 65_552)..], .. document[start..(start + 65_552)]];
        foreach (
            var (broken, segment) in new[]
            {
                (changed, 1),
                (document[..^1], 1),
                (document[..(start + 65_552)], 0),
                ([.. document, 0], 1),
                (swapped, 0),
                (document[..(start + 3)], 0),
            }
        )
        {
            await keys
                .Sidecar.Http.SendAsync(CryptoCalls.Request("decrypt", broken))
                .FailsAsync(500, "ERROR", $"error processing segment {segment}: failed to decrypt segment");
            var failure = await Assert.ThrowsAsync<RpcException>(() => CryptoCalls.DecryptAsync(keys, broken, ""));
            Assert.Equal(
                (StatusCode.Internal, $"failed to perform operation: error processing segment {segment}: failed to decrypt segment"),
                (failure.StatusCode, failure.Status.Detail)
            );
        }
    }

    [Fact]
    public async Task The_messages_of_a_stream_are_numbered_and_the_options_come_once()
    {
        var options = new Protos.EncryptRequestOptions
        {
            ComponentName = "vault",
            KeyName = "secret.json",
            KeyWrapAlgorithm = "AES",
        };
        var document = await CryptoCalls.EncryptAsync(
            keys.Sidecar,
            new() { Options = options },
            new() { Payload = CryptoCalls.Payload("te"u8.ToArray(), 0) },
            new() { Payload = CryptoCalls.Payload([], 1) },
            new() { Payload = CryptoCalls.Payload("xt"u8.ToArray(), 2) }
        );
        await keys.DecryptsAsync(document, "", "text");
        await BrokenAsync(
            "invalid sequence number received: 2 (expected: 1)",
            new() { Options = options, Payload = CryptoCalls.Payload([1], 0) },
            new() { Payload = CryptoCalls.Payload([2], 2) }
        );
        await BrokenAsync("options found in non-leading message", new() { Options = options }, new() { Options = options });
        await BrokenAsync("error receiving the first message: EOF");
    }

    [Fact]
    public async Task Encrypted_segments_are_sent_before_the_whole_document_has_arrived()
    {
        using var call = keys.Sidecar.Grpc.EncryptAlpha1();
        await call.RequestStream.WriteAsync(
            new()
            {
                Options = new()
                {
                    ComponentName = "vault",
                    KeyName = "secret.json",
                    KeyWrapAlgorithm = "AES",
                },
                Payload = CryptoCalls.Payload(new byte[65_537], 0),
            }
        );
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).OrFail("no header came"));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).OrFail("no segment came before the end of the request"));
        Assert.Equal(65_552, call.ResponseStream.Current.Payload.Data.Length);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(17, call.ResponseStream.Current.Payload.Data.Length);
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task A_silent_stream_is_closed_after_five_seconds()
    {
        using var call = keys.Sidecar.Grpc.DecryptAlpha1();
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            call.ResponseStream.MoveNext(CancellationToken.None).OrFail("the stream did not end")
        );
        Assert.Equal(
            (StatusCode.InvalidArgument, "invalid request: error waiting for first message: context deadline exceeded"),
            (failure.StatusCode, failure.Status.Detail)
        );
    }

    [Fact]
    public async Task A_stream_aborted_by_the_sidecars_shutdown_does_not_look_complete()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [keys.Component] });
        using var call = sidecar.Grpc.EncryptAlpha1();
        await call.RequestStream.WriteAsync(
            new()
            {
                Options = new()
                {
                    ComponentName = "vault",
                    KeyName = "secret.json",
                    KeyWrapAlgorithm = "AES",
                },
            }
        );
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).OrFail("no header came"));
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).OrFail("the stream did not end"));
        await sidecar.Ended.OrFail("the sidecar did not end");
    }

    [Fact]
    public async Task Key_operations_of_the_alpha_API_answer_unimplemented()
    {
        foreach (var operation in new[] { "getkey", "encrypt", "decrypt", "wrapkey", "unwrapkey", "sign", "verify" })
        {
            await keys
                .Sidecar.Http.SendAsync("POST", $"/v1.0-alpha1/subtlecrypto/vault/{operation}", "{}")
                .FailsAsync(501, "ERR_API_UNIMPLEMENTED", "this API is currently not implemented");
        }
        await keys
            .Sidecar.Grpc.SubtleGetKeyAlpha1Async(new() { ComponentName = "vault" })
            .FailsAsync(StatusCode.Unimplemented, "this API is currently not implemented");
    }

    private async Task RefusedAsync(Protos.EncryptRequestOptions? options, string reason)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            CryptoCalls.EncryptAsync(keys.Sidecar, new Protos.EncryptRequest { Options = options })
        );
        Assert.Equal((StatusCode.InvalidArgument, $"invalid request: {reason}"), (failure.StatusCode, failure.Status.Detail));
    }

    private async Task BrokenAsync(string reason, params Protos.EncryptRequest[] requests)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => CryptoCalls.EncryptAsync(keys.Sidecar, requests));
        Assert.Equal((StatusCode.Internal, $"failed to perform operation: {reason}"), (failure.StatusCode, failure.Status.Detail));
    }
}
