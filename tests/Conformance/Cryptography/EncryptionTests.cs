using System.Security.Cryptography;
using System.Text;
using Dapr.Client;

#pragma warning disable DAPR_CRYPTOGRAPHY // the SDK marks its cryptography as experimental

namespace Conformance.Cryptography;

/// <summary>Documents as the unmodified SDK encrypts and decrypts them.</summary>
public sealed class EncryptionTests(KeyRing keys) : IClassFixture<KeyRing>
{
    private const int Segment = 64 * 1024;

    private DaprClient Client => keys.Sidecar.Client;

    [Theory]
    [InlineData("rsa.pem", "rsa-pkcs1.pem", KeyWrapAlgorithm.Rsa)]
    [InlineData("rsa-public.pem", "rsa.json", KeyWrapAlgorithm.RsaOaep256)]
    [InlineData("rsa-public-pkcs1.pem", "rsa.pem", KeyWrapAlgorithm.RsaOaep256)]
    [InlineData("secret.json", "secret-base64", KeyWrapAlgorithm.A256kw)]
    [InlineData("secret-bytes", "secret.json", KeyWrapAlgorithm.Aes)]
    public async Task Keys_of_every_format_encrypt_and_decrypt(string encryptsWith, string decryptsWith, KeyWrapAlgorithm algorithm)
    {
        var plain = RandomNumberGenerator.GetBytes(1000);
        var document = await Client.EncryptAsync("vault", plain, encryptsWith, new EncryptionOptions(algorithm));
        Assert.StartsWith("dapr.io/enc/v1\n{\"kw\":", Encoding.ASCII.GetString(document.Span[..100]), StringComparison.Ordinal);
        Assert.Equal(plain, (await Client.DecryptAsync("vault", document, decryptsWith, new DecryptionOptions())).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Segment - 1)]
    [InlineData(Segment)]
    [InlineData(Segment + 1)]
    [InlineData(2 * Segment)]
    [InlineData((5 * Segment) + 17)]
    public async Task Documents_of_any_length_are_decrypted_unchanged(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        foreach (var cipher in new[] { DataEncryptionCipher.AesGcm, DataEncryptionCipher.ChaCha20Poly1305 })
        {
            using var document = new MemoryStream();
            await foreach (
                var piece in Client.EncryptAsync(
                    "vault",
                    new MemoryStream(plain),
                    "secret.json",
                    new EncryptionOptions(KeyWrapAlgorithm.A256kw) { EncryptionCipher = cipher }
                )
            )
            {
                document.Write(piece.Span);
            }
            var segments = (length + Segment - 1) / Segment;
            Assert.Equal(length + (segments * 16), document.Length - HeaderLength(document.ToArray()));

            document.Position = 0;
            using var back = new MemoryStream();
            await foreach (var piece in Client.DecryptAsync("vault", document, "secret.json"))
            {
                back.Write(piece.Span);
            }
            Assert.Equal(plain, back.ToArray());
        }
    }

    [Fact]
    public async Task A_document_names_the_key_that_decrypts_it_or_none()
    {
        var named = await Client.EncryptAsync(
            "vault",
            "text"u8.ToArray(),
            "secret.json",
            new EncryptionOptions(KeyWrapAlgorithm.Aes) { DecryptionKeyName = "secret.json" }
        );
        Assert.Contains("\"k\":\"secret.json\"", Encoding.ASCII.GetString(named.Span[..60]), StringComparison.Ordinal);
        await keys.DecryptsAsync(named.ToArray(), "", "text");

        var none = await Client.EncryptAsync("vault", "text"u8.ToArray(), "secret.json", new EncryptionOptions(KeyWrapAlgorithm.Aes));
        Assert.DoesNotContain("\"k\":", Encoding.ASCII.GetString(none.Span[..60]), StringComparison.Ordinal);
        await keys.DecryptsAsync(none.ToArray(), "secret.json", "text");
        await keys.DecryptionFailsAsync(
            none.ToArray(),
            "",
            "failed to perform operation: document's manifest does not contain a key name, and no key name was provided"
        );
    }

    private static int HeaderLength(byte[] document)
    {
        var end = -1;
        for (var line = 0; line < 3; line++)
        {
            end = Array.IndexOf(document, (byte)'\n', end + 1);
        }
        return end + 1;
    }
}
