using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Inventory.Turns;

/// <summary>Product ids as actor ids, which the SDK puts into paths as they are: any but a plain word is encoded.</summary>
internal static class ActorName
{
    private const char Encoded = '~';

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    public static string Of(string productId)
        => productId.AsSpan().ContainsAnyExcept(Plain) || productId is "." or ".." ? $"{Encoded}{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(productId))}" : productId;

    public static string ProductOf(string actorId)
        => actorId is [Encoded, ..] ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(actorId.AsSpan(1))) : actorId;
}
