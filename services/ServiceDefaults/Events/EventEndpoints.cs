using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Events;

/// <summary>
/// Maps the routes to which Dapr delivers events. An unreadable event is dropped to the dead-letter topic at once, because a retry cannot
/// help. An exception of a handler is answered with 500, which causes a retry.
/// </summary>
public static partial class EventEndpoints
{
    /// <summary>Rejects events without a field that a handler needs, so that no handler meets a null later.</summary>
    private static readonly JsonSerializerOptions Strict = new(Json.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// Events of a topic that this app has no use for; a subscription without such a route would take them for dead letters.
    /// </summary>
    public static void MapSkippedEvents(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/events/skip", () => Results.Ok()).ExcludeFromDescription().AdmitSidecar();

    public static void MapEvent<TData, THandler>(
        this IEndpointRouteBuilder routes,
        string path,
        Func<THandler, IncomingEvent<TData>, CancellationToken, Task<Delivery>> handle
    )
        where THandler : class =>
        routes
            .MapPost(path, async (HttpContext http, THandler handler, DeliveryFailures failures, ILogger<THandler> logger) =>
            {
                var received = await ReadAsync<IncomingEvent<TData>>(http);
                var delivery = Delivery.Retry;
                try
                {
                    delivery = await HandleAsync(received, AppIdOf(http), handler, handle, logger, http.RequestAborted);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    delivery = Delivery.RetryBecause(e.Message);
                    throw;
                }
                finally
                {
                    await failures.ReportAsync(received?.Id, delivery, http.RequestAborted);
                }
                return Results.Json(DeliveryAnswer.Of(delivery), Json.Options);
            })
            .ExcludeFromDescription()
            .AdmitSidecar();

    /// <summary>
    /// For bulk subscriptions. <paramref name="handle"/> receives the readable events and returns one answer for each, in their order.
    /// </summary>
    public static void MapEvents<TData, THandler>(
        this IEndpointRouteBuilder routes,
        string path,
        Func<THandler, IReadOnlyList<IncomingEvent<TData>>, CancellationToken, Task<IReadOnlyList<Delivery>>> handle
    )
        where THandler : class =>
        routes
            .MapPost(path, async (HttpContext http, THandler handler, DeliveryFailures failures, ILogger<THandler> logger) =>
            {
                var bulk = await ReadAsync<BulkDelivery>(http) ?? throw new BadHttpRequestException("no bulk of events");
                var read = bulk
                    .Entries.Select(entry =>
                        (
                            entry.EntryId,
                            Event: Read<IncomingEvent<TData>>(entry.Event, logger) is { Data: not null, Type: not null } received
                                ? received
                                : null
                        )
                    )
                    .ToList();
                var own = read.Where(entry => entry.Event?.IsForAnother(AppIdOf(http)) == false).Select(entry => entry.Event!).ToList();
                var answers = own.Count > 0 ? await handle(handler, own, http.RequestAborted) : [];
                foreach (var (received, answer) in own.Zip(answers))
                {
                    await failures.ReportAsync(received.Id, answer, http.RequestAborted);
                }
                var next = 0;
                return Results.Json(
                    new BulkAnswer([
                        .. read.Select(entry => new EntryAnswer(
                            entry.EntryId,
                            DeliveryAnswer
                                .Of(
                                    entry.Event is null ? Delivery.Drop
                                    : entry.Event.IsForAnother(AppIdOf(http)) ? Delivery.Done
                                    : answers[next++]
                                )
                                .Status
                        )),
                    ]),
                    Json.Options
                );
            })
            .ExcludeFromDescription()
            .AdmitSidecar();

    private static async Task<Delivery> HandleAsync<TData, THandler>(
        IncomingEvent<TData>? received,
        string? appId,
        THandler handler,
        Func<THandler, IncomingEvent<TData>, CancellationToken, Task<Delivery>> handle,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        if (received is not { Data: not null, Type: not null })
        {
            LogUnreadable(logger, received?.Id, null);
            return Delivery.DropBecause("The event can't be read: it lacks what its contract demands.");
        }
        if (received.IsForAnother(appId))
        {
            return Delivery.Done;
        }
        RequestId.Current = received.RequestId ?? RequestId.Current;
        return await handle(handler, received, cancellation);
    }

    private static string? AppIdOf(HttpContext http) => http.RequestServices.GetRequiredService<IConfiguration>()["APP_ID"];

    private static async Task<T?> ReadAsync<T>(HttpContext http)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Strict, http.RequestAborted);
        }
        catch (JsonException e)
        {
            LogUnreadable(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("ServiceDefaults.Events"), null, e);
            return null;
        }
    }

    private static T? Read<T>(JsonElement json, ILogger logger)
        where T : class
    {
        try
        {
            return json.Deserialize<T>(Strict);
        }
        catch (JsonException e)
        {
            LogUnreadable(
                logger,
                json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var id) ? id.ToString() : null,
                e
            );
            return null;
        }
    }

    [LoggerMessage(9003, LogLevel.Error, "Event {EventId} can't be read and is dropped")]
    private static partial void LogUnreadable(ILogger logger, string? eventId, Exception? reason);
}
