namespace Sidecar.Cryptography.Documents;

/// <summary>How the segments of a document are encrypted. The numbers are stored format.</summary>
internal enum DocumentCipher
{
    AesGcm = 1,
    ChaCha20Poly1305 = 2,
}
