using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace Inventory.Serializing;

/// <summary>
/// Product ids as actor ids. Dapr's scheduler takes an actor id only as a part of a reminder's name if it is like an RFC 1123 name once
/// '-', '_' and ':' are left out; any other id is encoded.
/// </summary>
internal static partial class ActorName
{
    private const string Encoded = "b64-";

    /// <summary>Written by earlier versions, whose reminders may still be stored.</summary>
    private const char EncodedBefore = '~';

    public static string Of(string productId) =>
        Plain().IsMatch(productId) && !productId.StartsWith(Encoded, StringComparison.Ordinal)
            ? productId
            : Encoded + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(productId));

    public static string ProductOf(string actorId) =>
        actorId.StartsWith(Encoded, StringComparison.Ordinal) ? Decode(actorId.AsSpan(Encoded.Length))
        : actorId is [EncodedBefore, ..] ? Decode(actorId.AsSpan(1))
        : actorId;

    private static string Decode(ReadOnlySpan<char> text) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*\z")]
    private static partial Regex Plain();
}
