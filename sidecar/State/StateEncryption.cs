using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sidecar.Components;

namespace Sidecar.State;

/// <summary>
/// Values of apps as an encrypting store keeps them: AES-GCM (nonce, cipher, tag) in base64, then the name of the key, so that values under
/// the primary and the secondary key can stand beside each other. Keys are hexadecimal. The stored form is daprd's.
/// </summary>
internal sealed class StateEncryption
{
    private const string Separator = "||";
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly string store;
    private readonly (string Name, byte[] Key) primary;
    private readonly (string Name, byte[] Key)? secondary;

    private StateEncryption(string store, (string, byte[]) primary, (string, byte[])? secondary) =>
        (this.store, this.primary, this.secondary) = (store, primary, secondary);

    /// <summary>Null if the store does not encrypt.</summary>
    public static StateEncryption? Read(DriverContext context)
    {
        var primary = Key(context.Properties, "primaryEncryptionKey");
        var secondary = Key(context.Properties, "secondaryEncryptionKey");
        return primary is { } key ? new StateEncryption(context.Name, key, secondary) : null;
    }

    public SaveRequest Encrypt(SaveRequest save) =>
        save with
        {
            Value = Encrypt(save.Sent ?? (save.IsJson ? Plain(save.Value) : save.Value)),
            IsJson = false,
            Sent = null,
        };

    /// <exception cref="CryptographicException">The value was not written under one of the keys.</exception>
    public StateEntry Decrypt(StateEntry entry)
    {
        var value = entry.Value.Span;
        var end = value.LastIndexOf("||"u8);
        var name = end < 0 ? "" : Encoding.UTF8.GetString(value[(end + Separator.Length)..]);
        if (name.Length == 0)
        {
            throw new CryptographicException($"could not decrypt data for state store {store}: encryption key name not found on record");
        }
        var key =
            name == primary.Name ? primary.Key
            : name == secondary?.Name ? secondary.Value.Key
            : throw new CryptographicException(
                $"could not decrypt data for state store {store}: encryption key '{name}' is not one of the store's"
            );
        try
        {
            var bytes = Convert.FromBase64String(Encoding.ASCII.GetString(value[..end])).AsSpan();
            var plain = new byte[bytes.Length - NonceLength - TagLength];
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(bytes[..NonceLength], bytes[NonceLength..^TagLength], bytes[^TagLength..], plain);
            return entry with { Value = plain };
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw new CryptographicException($"could not decrypt data for state store {store}: {e.Message}", e);
        }
    }

    private byte[] Encrypt(ReadOnlyMemory<byte> plain)
    {
        var bytes = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(primary.Key, TagLength);
        cipher.Encrypt(
            bytes.AsSpan(0, NonceLength),
            plain.Span,
            bytes.AsSpan(NonceLength, plain.Length),
            bytes.AsSpan(NonceLength + plain.Length)
        );
        return Encoding.UTF8.GetBytes(Convert.ToBase64String(bytes) + Separator + primary.Name);
    }

    /// <summary>Encrypts a JSON text without its quotes; it is returned without them, as in daprd.</summary>
    private static ReadOnlyMemory<byte> Plain(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? Encoding.UTF8.GetBytes(reader.GetString()!) : json;
    }

    private static (string, byte[])? Key(ComponentProperties properties, string name)
    {
        if (properties.Text(name) is not { Length: > 0 } text)
        {
            return null;
        }
        if (
            properties.Component.Metadata.First(item => item.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).SecretKeyRef
            is not { } secret
        )
        {
            properties.Report(
                name,
                $"'{name}' has to come from a secret store (secretKeyRef): the secret's name is stored with every value"
            );
            return null;
        }
        try
        {
            var key = Convert.FromHexString(text);
            if (key.Length is 16 or 24 or 32)
            {
                return (secret.Name, key);
            }
            properties.Report(name, $"'{name}' must be 16, 24 or 32 bytes in hexadecimal, not {key.Length}");
        }
        catch (FormatException)
        {
            properties.Report(name, $"'{name}' must be 16, 24 or 32 bytes in hexadecimal");
        }
        return null;
    }
}
