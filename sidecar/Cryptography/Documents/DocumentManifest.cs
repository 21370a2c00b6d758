using System.Text.Encodings.Web;
using System.Text.Json;
using Sidecar.Cryptography.Keys;

namespace Sidecar.Cryptography.Documents;

/// <summary>The second line of a document, with the parameters for its decryption. The names of its members are stored format.</summary>
internal sealed record DocumentManifest(string KeyName, string Algorithm, byte[] WrappedKey, DocumentCipher Cipher, byte[] NoncePrefix)
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            if (KeyName.Length > 0)
            {
                json.WriteString("k", KeyName);
            }
            json.WriteNumber("kw", WrapAlgorithm.Number(Algorithm));
            json.WriteBase64String("wfk", WrappedKey);
            json.WriteNumber("cph", (int)Cipher);
            json.WriteBase64String("np", NoncePrefix);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>Null if the text is no manifest; the caller must not learn the reason.</summary>
    public static DocumentManifest? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var (name, algorithm, wrapped, cipher, prefix) = ("", (string?)null, (byte[])[], 0, (byte[])[]);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                switch (member.Name.ToLowerInvariant())
                {
                    case "k":
                        name = member.Value.GetString() ?? "";
                        break;
                    case "kw":
                        algorithm = WrapAlgorithm.Find(member.Value.GetInt32());
                        break;
                    case "wfk":
                        wrapped = member.Value.GetBytesFromBase64();
                        break;
                    case "cph":
                        cipher = member.Value.GetInt32();
                        break;
                    case "np":
                        prefix = member.Value.GetBytesFromBase64();
                        break;
                }
            }
            return
                algorithm is not null
                && wrapped.Length > 0
                && Enum.IsDefined((DocumentCipher)cipher)
                && prefix.Length == DocumentKey.NoncePrefixSize
                ? new DocumentManifest(name, algorithm, wrapped, (DocumentCipher)cipher, prefix)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
