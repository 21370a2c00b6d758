using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Sidecar.Actors;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;
using Sidecar.Jobs;
using Sidecar.Timers;
using Sidecar.Tracing;

namespace Sidecar.Api.Http;

/// <summary>Actors over HTTP. Source: Dapr docs, "Actors API reference".</summary>
internal static class ActorEndpoints
{
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Content-Length",
        "Content-Type",
        InvocationHeaders.ApiToken,
    };

    public static void MapActors(this IEndpointRouteBuilder routes)
    {
        string[] write = ["POST", "PUT"];
        const string actor = "/v1.0/actors/{type}/{id}";
        routes.MapMethods(actor + "/method/{method}", ["GET", "POST", "PUT", "DELETE"], InvokeAsync);
        routes.MapGet(actor + "/state/{key}", GetStateAsync);
        routes.MapMethods(actor + "/state", write, WriteStateAsync);
        routes.MapMethods(actor + "/reminders/{name}", write, RegisterReminderAsync);
        routes.MapGet(actor + "/reminders/{name}", GetReminderAsync);
        routes.MapDelete(actor + "/reminders/{name}", async context =>
        {
            await context.Sidecar().Blocks.Actors.UnregisterReminderAsync(Actor(context), context.Route("name"), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.MapMethods(actor + "/timers/{name}", write, RegisterTimerAsync);
        routes.MapDelete(actor + "/timers/{name}", async context =>
        {
            await context.Sidecar().Blocks.Actors.UnregisterTimerAsync(Actor(context), context.Route("name"), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
    }

    private static async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var headers = request
            .Headers.Where(header => !NotPassedOn.Contains(header.Key))
            .SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(HeaderText.Canonical(header.Key), value ?? ""))
            .ToList();
        var call = new InvocationCall(
            request.Method,
            context.Route("method"),
            request.QueryString.Value ?? "",
            request.ContentType,
            await request.BodyAsync(static detail => DaprErrors.BadRequest($"failed to read body: {detail}")),
            headers
        )
        {
            Trace = TraceContext.Of(context),
        };
        var reply = await context.Sidecar().Blocks.Actors.InvokeAsync(Actor(context), call, context.RequestAborted);
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers.Where(header => Returns(header.Key)))
        {
            context.Response.Headers.Append(InvocationHeaders.NameInHttp(name), HeaderText.OneLine(value));
        }
        context.Response.ContentType = reply.ContentType ?? "application/json";
        context.Response.ContentLength = reply.Body.Length;
        await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
    }

    private static bool Returns(string header) =>
        !NotPassedOn.Contains(header) && !HopByHopHeaders.Contains(header) && !InvocationHeaders.EndsBeforeHttp(header);

    private static async Task GetStateAsync(HttpContext context)
    {
        var entry = await context.Sidecar().Blocks.Actors.GetStateAsync(Actor(context), context.Route("key"), context.RequestAborted);
        if (entry is null || entry.Value.IsEmpty)
        {
            context.Response.StatusCode = 204;
            return;
        }
        if (entry.ExpiresAt is { } expires)
        {
            context.Response.Headers["metadata.ttlExpireTime"] = GoTime.UtcText(expires);
        }
        (context.Response.ContentType, context.Response.ContentLength) = ("application/json", entry.Value.Length);
        await context.Response.Body.WriteAsync(entry.Value, context.RequestAborted);
    }

    private static async Task WriteStateAsync(HttpContext context)
    {
        var operations = ActorStateBody.Operations(await context.Request.BodyAsync());
        await context
            .Sidecar()
            .Blocks.Actors.WriteStateAsync(Actor(context), () => [.. operations.Select(ActorStateBody.Write)], context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task RegisterReminderAsync(HttpContext context)
    {
        var request = Read(await context.Request.BodyAsync(), json => Request(json, "Reminder"));
        await context.Sidecar().Blocks.Actors.RegisterReminderAsync(Actor(context), context.Route("name"), request, context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static async Task GetReminderAsync(HttpContext context)
    {
        var reminder = await context
            .Sidecar()
            .Blocks.Actors.GetReminderAsync(Actor(context), context.Route("name"), context.RequestAborted);
        await context.WriteJsonLineAsync(
            new ReminderAnswer(
                reminder.ActorId,
                reminder.ActorType,
                reminder.Data.ValueKind == JsonValueKind.Undefined ? null : reminder.Data,
                Given(reminder.DueTime),
                Schedule.Shown(reminder.Period),
                Schedule.IsTime(reminder.Ttl) ? reminder.Ttl : null // as in daprd, which shows no duration
            )
        );
    }

    private static async Task RegisterTimerAsync(HttpContext context)
    {
        var request = Read(await context.Request.BodyAsync(), json => Request(json, "Timer"));
        await context.Sidecar().Blocks.Actors.RegisterTimerAsync(Actor(context), context.Route("name"), request, context.RequestAborted);
        context.Response.StatusCode = 204;
    }

    private static ReminderRequest Request(JsonElement json, string kind)
    {
        GoJsonBody.Expect(json, JsonValueKind.Object, $"api.Create{kind}Request");
        var type = $".create{kind}Alias";
        return new ReminderRequest(
            GoJsonBody.Text(json, type, "dueTime"),
            GoJsonBody.Text(json, type, "period"),
            GoJsonBody.Text(json, type, "ttl"),
            GoJsonBody.Property(json, "data")?.Clone() ?? default,
            GoJsonBody.Text(json, type, "callback"),
            GoJsonBody.Property(json, "overwrite") is not { ValueKind: JsonValueKind.False },
            GoJsonBody.Property(json, "failure_policy") is { ValueKind: JsonValueKind.Object } policy ? Policy(policy) : null
        );
    }

    private static FailurePolicy Policy(JsonElement json)
    {
        try
        {
            return FailurePolicy.From(JsonParser.Default.Parse<JobFailurePolicy>(json.GetRawText()));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new FormatException($"failure_policy: {e.Message}", e);
        }
    }

    private static T Read<T>(byte[] body, Func<JsonElement, T> read)
    {
        try
        {
            using var json = GoJsonBody.Parse(body);
            return read(json.RootElement);
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    private static ActorId Actor(HttpContext context) => new(context.Route("type"), context.Route("id"));

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>Names as daprd spells them.</summary>
    private sealed record ReminderAnswer(
        [property: System.Text.Json.Serialization.JsonPropertyName("actorID")] string ActorId,
        [property: System.Text.Json.Serialization.JsonPropertyName("actorType")] string ActorType,
        [property: System.Text.Json.Serialization.JsonPropertyName("data")] JsonElement? Data,
        [property: System.Text.Json.Serialization.JsonPropertyName("dueTime")] string? DueTime,
        [property: System.Text.Json.Serialization.JsonPropertyName("period")] string? Period,
        [property: System.Text.Json.Serialization.JsonPropertyName("ttl")] string? Ttl
    );
}
