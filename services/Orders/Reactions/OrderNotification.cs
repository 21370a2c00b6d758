using Grpc.Core;
using Microsoft.Extensions.Options;
using Orders.Cancelling;
using Orders.Choreography;
using Orders.Ordering;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using ServiceDefaults.Events;

namespace Orders.Reactions;

/// <summary>The fields of orders' own events that orders reads.</summary>
internal sealed record OrderNotification(
    string EventId,
    string OrderId,
    int Version,
    string? Reason = null,
    DateTimeOffset? OccurredAt = null
);
