using System.Globalization;
using ServiceDefaults.Events;

namespace Gateway.Streaming;

/// <summary>
/// The position of a client in the stream of orders: the <c>id</c> of its events, which comes back as <c>Last-Event-ID</c>. Closed to
/// clients.
/// </summary>
/// <param name="Since">Changes up to then have been sent, of all orders behind <paramref name="OrderId"/> in the list; the epoch: none
/// have.</param>
/// <param name="Begun">Changes up to then have been sent, of <paramref name="OrderId"/> and all before it.</param>
/// <param name="OrderId">The order that was sent last.</param>
/// <param name="Changed">When that order had changed as it was sent.</param>
/// <remarks>
/// A change may be sent long after it happened, while its delivery is retried, and after a later change of another order: changes of the
/// last <see cref="Overlap"/> are sent again, except of the order that was sent last. So nothing is missed, and some of it comes twice.
/// </remarks>
internal sealed record StreamPosition(DateTimeOffset Since, DateTimeOffset Begun, string OrderId, DateTimeOffset Changed)
{
    public static readonly TimeSpan Overlap = SentChanges.Overlap;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Ticks(Since)}-{Ticks(Begun)}-{Ticks(Changed)}-{Uri.EscapeDataString(OrderId)}");

    /// <summary>Null if the text is no position; the stream then begins anew, as for any unknown <c>Last-Event-ID</c>.</summary>
    public static StreamPosition? Parse(string? text) =>
        text?.Split('-', 4) is [var since, var begun, var changed, var orderId]
        && Time(since) is { } from
        && Time(begun) is { } start
        && Time(changed) is { } at
            ? new StreamPosition(from, start, Uri.UnescapeDataString(orderId), at)
            : null;

    /// <summary>True if the order, as it was changed at <paramref name="updatedAt"/>, has not been sent.</summary>
    /// <param name="reached">True for orders behind the one that was sent last.</param>
    public bool Lacks(string orderId, DateTimeOffset updatedAt, bool reached) =>
        orderId == OrderId ? updatedAt > Changed
        : reached ? Since == DateTimeOffset.UnixEpoch || updatedAt > Since - Overlap
        : updatedAt > Begun - Overlap;

    private static long Ticks(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks;

    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
        && ticks <= (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks
            ? DateTimeOffset.UnixEpoch.AddTicks(ticks)
            : null;
}
