using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
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

    private static readonly Delivery Unreadable = Delivery.DropBecause("The event can't be read: it does not match its contract.");

    /// <summary>
    /// Events of a topic that this app has no use for; a subscription without such a route would take them for dead letters.
    /// </summary>
    public static void MapSkippedEvents(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/events/skip", async (HttpContext http) =>
                await ReadBulkAsync(http) is { } bulk ? BulkAnswer.Of(bulk, _ => Delivery.Done) : Results.Ok()
            )
            .IsDelivery();

    /// <summary>
    /// Takes single events and, where the subscription says <c>bulkSubscribe</c>, bulks of them: events of one subject in their order,
    /// those of different subjects side by side.
    /// </summary>
    public static void MapEvent<TData, THandler>(
        this IEndpointRouteBuilder routes,
        string path,
        Func<THandler, IncomingEvent<TData>, CancellationToken, Task<Delivery>> handle
    )
        where THandler : class =>
        routes
            .MapPost(path, async (HttpContext http, THandler handler, DeliveryFailures failures, ILogger<THandler> logger) =>
            {
                if (await ReadBulkAsync(http) is { } bulk)
                {
                    return await AnswerBulkAsync<TData>(bulk, http, failures, logger, events =>
                        HandleEachAsync(events, received => handle(handler, received, http.RequestAborted), logger)
                    );
                }
                var (received, id) = await ReadAsync<IncomingEvent<TData>>(http, logger);
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
                    await failures.ReportAsync(id, delivery, http.RequestAborted);
                }
                return Results.Json(DeliveryAnswer.Of(delivery), Json.Options);
            })
            .IsDelivery();

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
                await AnswerBulkAsync<TData>(
                    await ReadBulkAsync(http) ?? throw new BadHttpRequestException("no bulk of events"),
                    http,
                    failures,
                    logger,
                    events => handle(handler, events, http.RequestAborted)
                )
            )
            .IsDelivery();

    /// <summary>Only the app's own sidecar calls the route, and its bodies may be longer than a client's.</summary>
    private static void IsDelivery(this RouteHandlerBuilder route) =>
        route.ExcludeFromDescription().AdmitSidecar().WithMetadata(new RequestSizeLimitAttribute(ServiceHost.MaxDeliveryBytes));

    /// <summary>
    /// Null for a single event, which Dapr sends as <c>application/cloudevents+json</c>, and for what is no bulk; the body is then read
    /// again from its beginning. Source: Dapr docs, "Pub/sub API reference".
    /// </summary>
    private static async Task<BulkDelivery?> ReadBulkAsync(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || type.MediaType != "application/json")
        {
            return null;
        }
        http.Request.EnableBuffering();
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("entries", out _)
                ? body.RootElement.Deserialize<BulkDelivery>(Strict)
                : null;
        }
        catch (JsonException)
        {
            return null; // whoever reads it as a single event reports it
        }
        finally
        {
            http.Request.Body.Position = 0;
        }
    }

    private static async Task<IResult> AnswerBulkAsync<TData>(
        BulkDelivery bulk,
        HttpContext http,
        DeliveryFailures failures,
        ILogger logger,
        Func<IReadOnlyList<IncomingEvent<TData>>, Task<IReadOnlyList<Delivery>>> handle
    )
    {
        var readable = new List<IncomingEvent<TData>>();
        var known = new Dictionary<string, Delivery>(StringComparer.Ordinal); // the answers, by entry
        var asked = new List<string>();
        foreach (var entry in bulk.Entries)
        {
            if (Read<IncomingEvent<TData>>(entry.Event, logger) is not { Data: not null, Type: not null } received)
            {
                known[entry.EntryId] = Unreadable;
                await failures.ReportAsync(IdOf(entry.Event), Unreadable, http.RequestAborted);
            }
            else if (received.IsForAnother(AppIdOf(http)))
            {
                known[entry.EntryId] = Delivery.Done;
            }
            else
            {
                readable.Add(received);
                asked.Add(entry.EntryId);
            }
        }
        var answers = readable.Count > 0 ? await handle(readable) : [];
        for (var i = 0; i < asked.Count; i++)
        {
            await failures.ReportAsync(readable[i].Id, answers[i], http.RequestAborted);
            known[asked[i]] = answers[i];
        }
        foreach (var entry in bulk.Entries.Where(entry => known[entry.EntryId].Kind == DeliveryKind.Drop))
        {
            known[entry.EntryId] = await failures.KeepAsync(entry.Event, http.RequestAborted);
        }
        return BulkAnswer.Of(bulk, entry => known[entry.EntryId]);
    }

    /// <summary>An exception of the handler retries its event and the later ones of the same subject, and no other.</summary>
    private static async Task<IReadOnlyList<Delivery>> HandleEachAsync<TData>(
        IReadOnlyList<IncomingEvent<TData>> events,
        Func<IncomingEvent<TData>, Task<Delivery>> handle,
        ILogger logger
    )
    {
        var answers = new Delivery[events.Count];
        await Task.WhenAll(
            Enumerable
                .Range(0, events.Count)
                .GroupBy(i => events[i].Subject ?? events[i].Id, StringComparer.Ordinal)
                .Select(HandleOneByOneAsync)
        );
        return answers;

        async Task HandleOneByOneAsync(IEnumerable<int> ofOneSubject)
        {
            var failed = false;
            foreach (var i in ofOneSubject)
            {
                answers[i] = failed ? Delivery.RetryBecause("An earlier event of the same subject is retried.") : await TryAsync(events[i]);
                failed |= answers[i].Kind == DeliveryKind.Retry;
            }
        }

        async Task<Delivery> TryAsync(IncomingEvent<TData> received)
        {
            RequestId.Continue(received.RequestId);
            try
            {
                return await handle(received);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, received.Id, e);
                return Delivery.RetryBecause(e.Message);
            }
        }
    }

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
            return Unreadable;
        }
        if (received.IsForAnother(appId))
        {
            return Delivery.Done;
        }
        RequestId.Continue(received.RequestId);
        return await handle(handler, received, cancellation);
    }

    private static string? AppIdOf(HttpContext http) => http.RequestServices.GetRequiredService<IConfiguration>()["APP_ID"];

    /// <summary>The event, and the id under which a failure to read it is reported.</summary>
    private static async Task<(T? Event, string? Id)> ReadAsync<T>(HttpContext http, ILogger logger)
        where T : class
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            return (Read<T>(json.RootElement, logger), IdOf(json.RootElement));
        }
        catch (JsonException e)
        {
            LogUnreadable(logger, null, e);
            return (null, null);
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
            LogUnreadable(logger, IdOf(json), e);
            return null;
        }
    }

    private static string? IdOf(JsonElement json) => EventText.Of(json, "id");

    [LoggerMessage(9003, LogLevel.Error, "Event {EventId} can't be read and is dropped")]
    private static partial void LogUnreadable(ILogger logger, string? eventId, Exception? reason);

    [LoggerMessage(9005, LogLevel.Error, "Event {EventId} could not be handled and is retried")]
    private static partial void LogFailed(ILogger logger, string eventId, Exception reason);
}
