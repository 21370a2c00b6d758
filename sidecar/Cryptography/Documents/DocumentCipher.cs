namespace Sidecar.Cryptography.Documents;

/// <summary>The cipher of a document's segments. The numbers are stored format.</summary>
internal enum DocumentCipher
{
    AesGcm = 1,
    ChaCha20Poly1305 = 2,
}
