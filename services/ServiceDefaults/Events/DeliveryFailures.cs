using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.Events;

/// <summary>Stored format: why an app did not take an event, and how often it was delivered to it.</summary>
public sealed record DeliveryFailure(string EventId, string Reason, int Attempts, DateTimeOffset OccurredAt)
{
    /// <summary>Stored format: the CloudEvents type.</summary>
    public const string EventType = "delivery.failed";
}

/// <summary>
/// Publishes the reason for a refused event to this app's dead-letter topic, where Dapr publishes the event itself without one. A retried
/// event is reported from its third attempt on, so short outages are silent. Attempts are counted in memory and lost at a restart.
/// </summary>
public sealed partial class DeliveryFailures(
    DaprClient dapr,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<DeliveryFailures> logger
)
{
    private const string PubSub = "events";
    private const int FirstReported = 3;
    private const int MaxCounted = 10_000;
    private const int MaxReasonLength = 1000;

    private readonly ConcurrentDictionary<string, int> attempts = new(StringComparer.Ordinal);

    /// <summary>Never fails: what can't be reported is logged, and the event takes its way.</summary>
    public async Task ReportAsync(string? eventId, Delivery delivery, CancellationToken cancellation)
    {
        if (eventId is not { Length: > 0 } || configuration["APP_ID"] is not { Length: > 0 } app)
        {
            return;
        }
        if (delivery.Kind == DeliveryKind.Done)
        {
            attempts.TryRemove(eventId, out _);
            return;
        }
        if (attempts.Count >= MaxCounted)
        {
            attempts.Clear();
        }
        var count = attempts.AddOrUpdate(eventId, 1, (_, before) => before + 1);
        if (delivery.Kind == DeliveryKind.Retry && count < FirstReported)
        {
            return;
        }
        var reason = delivery.Reason ?? "The handler gave no reason; its log may.";
        try
        {
            var failure = new DeliveryFailure(
                eventId,
                reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason,
                count,
                time.GetUtcNow()
            );
            await dapr.PublishEventAsync(
                PubSub,
                $"{app}-dead-letters",
                failure,
                new Dictionary<string, string> { ["cloudevent.type"] = DeliveryFailure.EventType },
                cancellation
            );
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotReported(e, eventId, reason);
        }
    }

    /// <summary>
    /// Publishes a dropped event of a bulk to the dead-letter topic as it came, as Dapr does with a single one. daprd 1.18 takes its
    /// place in the bulk for its place among the events of its route, and so it ends, or keeps another event (docs/fidelity.md).
    /// </summary>
    /// <returns>Done; a retry if the event could not be published.</returns>
    public async Task<Delivery> KeepAsync(JsonElement dropped, CancellationToken cancellation)
    {
        if (configuration["APP_ID"] is not { Length: > 0 } app)
        {
            return Delivery.Drop;
        }
        try
        {
            await dapr.PublishByteEventAsync(
                PubSub,
                $"{app}-dead-letters",
                JsonSerializer.SerializeToUtf8Bytes(dropped),
                "application/cloudevents+json",
                new Dictionary<string, string> { ["rawPayload"] = "true" },
                cancellation
            );
            return Delivery.Done;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotKept(e);
            return Delivery.RetryBecause(e.Message);
        }
    }

    [LoggerMessage(9004, LogLevel.Warning, "The reason why event {EventId} is not taken could not be published: {Reason}")]
    private partial void LogNotReported(Exception failure, string eventId, string reason);

    [LoggerMessage(
        9006,
        LogLevel.Warning,
        "A dropped event of a bulk could not be published to the dead-letter topic; it is delivered again"
    )]
    private partial void LogNotKept(Exception failure);
}
