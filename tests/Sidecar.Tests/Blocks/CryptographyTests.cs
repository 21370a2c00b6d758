using System.Security.Cryptography;
using System.Text;
using Sidecar.Cryptography;
using Sidecar.Cryptography.Documents;
using Sidecar.Cryptography.Keys;

namespace Sidecar.Tests.Blocks;

public sealed class CryptographyTests
{
    private static readonly byte[] Kek = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] FileKey = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
    private static readonly byte[] NoncePrefix = "prefix!"u8.ToArray();

    /// <summary>
    /// The vectors of RFC 3394, sections 4.3, 4.5 and 4.6: those with a key of 256 bits, the only size that daprd wraps with.
    /// </summary>
    [Theory]
    [InlineData("00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7")]
    [InlineData("00112233445566778899AABBCCDDEEFF0001020304050607", "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1")]
    [InlineData(
        "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
        "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    )]
    public void Wrapping_a_key_gives_the_result_of_the_standard(string key, string wrapped)
    {
        var kek = new CryptoKey { Secret = Kek };
        Assert.Equal(wrapped, Convert.ToHexString(KeyWrapping.Wrap(Convert.FromHexString(key), WrapAlgorithm.A256Kw, kek)));
        Assert.Equal(key, Convert.ToHexString(KeyWrapping.Unwrap(Convert.FromHexString(wrapped), WrapAlgorithm.A256Kw, kek)));
        var changed = Convert.FromHexString(wrapped);
        changed[9] ^= 1;
        Assert.Throws<CryptoException>(() => KeyWrapping.Unwrap(changed, WrapAlgorithm.A256Kw, kek));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Wrapping_fails_if_the_length_is_no_multiple_of_8_bytes(int length)
    {
        var kek = new CryptoKey { Secret = Kek };
        Assert.Throws<CryptoException>(() => KeyWrapping.Wrap(new byte[length], WrapAlgorithm.A256Kw, kek));
        Assert.Throws<CryptoException>(() => KeyWrapping.Unwrap(new byte[length], WrapAlgorithm.A256Kw, kek));
    }

    /// <summary>Documents made by another implementation (Python, pyca/cryptography), and made again by this one.</summary>
    [Theory]
    [InlineData(
        1,
        "ZGFwci5pby9lbmMvdjEKeyJrIjoia2VrIiwia3ciOjEsIndmayI6IkFtRVYwQXkyck9sdG5pd0hUdmVQUmtxaGlsTXJ4b3pzKzFFWEVKa1EzdDJTUzI2UlFqTThEdz09IiwiY3BoIjoxLCJucCI6ImNISmxabWw0SVE9PSJ9CmJlNzV5Z3NpbHM4a25uN2ZJMUdVbjJSdGhKckQ3UUJDV0RnVWthcURuS2c9Cm2/7JEFlNK1dW40b434FImLX3Qu/WdgiTCuWoo4K4lHMBAj9w=="
    )]
    [InlineData(
        2,
        "ZGFwci5pby9lbmMvdjEKeyJrIjoia2VrIiwia3ciOjEsIndmayI6IkFtRVYwQXkyck9sdG5pd0hUdmVQUmtxaGlsTXJ4b3pzKzFFWEVKa1EzdDJTUzI2UlFqTThEdz09IiwiY3BoIjoyLCJucCI6ImNISmxabWw0SVE9PSJ9CkVWWnZldmUzSGVBQ256NjVPVU14YmVSQi9vblBDWmJ6eTQ1NHkyVUxNenM9CuHSbju3la1vszN9NCi6cfZ3H1utui7bAZA1zhCvY9FXeklUcw=="
    )]
    public async Task Encrypted_documents_match_the_scheme_byte_for_byte(int cipher, string expected)
    {
        var document = Convert.FromBase64String(expected);
        Assert.Equal("Hello from elsewhere", Encoding.ASCII.GetString(await DecryptAsync(document, 7)));
        Assert.Equal(document, await EncryptAsync((DocumentCipher)cipher, "Hello from elsewhere"u8.ToArray(), 3));
    }

    [Fact]
    public async Task Segments_do_not_depend_on_the_size_of_the_chunks_that_arrive()
    {
        var plain = new byte[70_000];
        foreach (var step in new[] { 1000, EncryptionScheme.SegmentSize, EncryptionScheme.SegmentSize + 1, plain.Length })
        {
            var document = await EncryptAsync(DocumentCipher.AesGcm, plain, step);
            // Created with Python.
            Assert.Equal(
                "797d82979658e95140c89224b48f245bbad405c309a3e5023efbe003f3f8199c",
                Convert.ToHexStringLower(SHA256.HashData(document))
            );
            Assert.Equal(plain, await DecryptAsync(document, step));
        }
    }

    [Theory]
    [InlineData("AAECAw==", new byte[] { 0, 1, 2, 3 })]
    [InlineData("AAECAw", new byte[] { 0, 1, 2, 3 })]
    [InlineData("AAEC\nAw==\n", new byte[] { 0, 1, 2, 3 })]
    [InlineData("_-8=", new byte[] { 255, 239 })]
    [InlineData("/+8", new byte[] { 255, 239 })]
    [InlineData("AAE!", null)]
    [InlineData("/_8=", null)]
    [InlineData("AAECA", null)]
    [InlineData("AAEC Aw", null)]
    [InlineData("AB", new byte[] { 0 })]
    public void Symmetric_keys_in_base64_are_distinguished_from_other_formats(string text, byte[]? expected) =>
        Assert.Equal(expected, LenientBase64.Decode(text));

    [Fact]
    public void Keys_are_read_in_every_supported_format()
    {
        Assert.Equal(Kek, Read(Kek).Secret);
        Assert.Equal(Kek, Read(Encoding.ASCII.GetBytes(Convert.ToBase64String(Kek))).Secret);
        byte[] brace = [.. "{"u8, .. Kek[1..]];
        Assert.Equal(brace, Read(brace).Secret);
        using var rsa = RSA.Create(1024);
        Assert.NotNull(Read(Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())).Rsa);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(
            (null, null),
            (
                Read(Encoding.ASCII.GetBytes(curve.ExportECPrivateKeyPem())).Secret,
                Read(Encoding.ASCII.GetBytes(curve.ExportECPrivateKeyPem())).Rsa
            )
        );
        var described = Read("""{"kty":"oct","k":"AAEC","kid":"id","alg":"A256KW","use":"enc","key_ops":["wrapKey"]}"""u8.ToArray());
        Assert.Equal(
            ("id", "A256KW", "enc", "wrapKey"),
            (described.Id, described.Algorithm, described.Use, Assert.Single(described.Operations))
        );
        foreach (
            var wrong in new[]
            {
                "{\"kty\":\"oct\"}",
                "{\"kty\":\"what\"}",
                "{\"k\":1}",
                "{\"kty\":\"RSA\",\"n\":\"AQ\"}",
                "{never ends",
                "-----BEGIN NOTHING-----\nAA==\n-----END NOTHING-----",
            }
        )
        {
            Assert.Throws<CryptoException>(() => Read(Encoding.ASCII.GetBytes(wrong)));
        }
    }

    [Fact]
    public void An_RSA_JWK_without_dp_dq_qi_decrypts()
    {
        using var rsa = RSA.Create(2048);
        var all = rsa.ExportParameters(true);
        static string Text(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        var key = Read(
            Encoding.ASCII.GetBytes(
                $$"""{"kty":"RSA","n":"{{Text(all.Modulus)}}","e":"{{Text(all.Exponent)}}","d":"{{Text(all.D)}}","p":"{{Text(all.P)}}","q":"{{Text(all.Q)}}"}"""
            )
        );
        Assert.Equal(FileKey, KeyWrapping.Unwrap(KeyWrapping.Wrap(FileKey, WrapAlgorithm.RsaOaep256, key), WrapAlgorithm.RsaOaep256, key));
    }

    [Theory]
    [InlineData("""{"keys":[]}""", 0)]
    [InlineData("""{"keys":[{"kty":"oct","k":"AAEC"},{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}""", 2)]
    [InlineData("""{"kty":"oct","k":"AAEC"}""", 1)]
    public void A_key_set_is_an_array_of_keys_or_a_single_key(string json, int keys) => Assert.Equal(keys, JwkReader.ReadSet(json).Count);

    [Theory]
    [InlineData("""{"other":1}""")]
    [InlineData("""{"keys":[{"kty":"what"}]}""")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("secret")]
    public void An_unreadable_key_set_is_refused_without_quoting_it(string json) =>
        Assert.DoesNotContain("secret", Assert.Throws<CryptoException>(() => JwkReader.ReadSet(json)).Message, StringComparison.Ordinal);

    private static CryptoKey Read(byte[] bytes) => KeyReader.Read(bytes, KeyFormat.Unknown);

    private static async Task<byte[]> EncryptAsync(DocumentCipher cipher, byte[] plain, int step)
    {
        var wrapped = KeyWrapping.Wrap(FileKey, WrapAlgorithm.A256Kw, new CryptoKey { Secret = Kek });
        var manifest = new DocumentManifest("kek", WrapAlgorithm.A256Kw, wrapped, cipher, NoncePrefix);
        return await AllAsync(
            EncryptionScheme.EncryptAsync(manifest, new DocumentKey(FileKey, NoncePrefix, cipher), Pieces(plain, step).GetAsyncEnumerator())
        );
    }

    private static async Task<byte[]> DecryptAsync(byte[] document, int step)
    {
        var pieces = Pieces(document, step).GetAsyncEnumerator();
        var (header, begun) = await DocumentHeader.ReadAsync(pieces);
        var key = new DocumentKey(
            KeyWrapping.Unwrap(header.Manifest.WrappedKey, header.Manifest.Algorithm, new CryptoKey { Secret = Kek }),
            header.Manifest.NoncePrefix,
            header.Manifest.Cipher
        );
        Assert.True(header.IsSignedBy(key));
        return await AllAsync(EncryptionScheme.DecryptAsync(key, begun, pieces));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes, int step)
    {
        foreach (var piece in bytes.Chunk(step))
        {
            await Task.Yield();
            yield return piece;
        }
    }

    private static async Task<byte[]> AllAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        using var all = new MemoryStream();
        await foreach (var piece in pieces)
        {
            all.Write(piece.Span);
        }
        return all.ToArray();
    }
}
