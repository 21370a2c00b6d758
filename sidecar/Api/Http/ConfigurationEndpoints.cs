using System.Buffers;
using System.Text.Json;
using Sidecar.ConfigurationStores;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Configuration over HTTP. Source: Dapr docs, "Configuration API reference".</summary>
internal static class ConfigurationEndpoints
{
    public static void MapConfiguration(this IEndpointRouteBuilder routes)
    {
        foreach (var version in (string[])["/v1.0", "/v1.0-alpha1"])
        {
            routes.MapGet(version + "/configuration/{store}", GetAsync);
            routes.MapGet(version + "/configuration/{store}/subscribe", SubscribeAsync);
            routes.MapGet(version + "/configuration/{store}/{id}/unsubscribe", UnsubscribeAsync);
        }
    }

    private static async Task GetAsync(HttpContext context)
    {
        var items = await context
            .Sidecar()
            .Blocks.ConfigurationItems.GetAsync(context.Route("store"), RequestOf(context), context.RequestAborted);
        if (items.Count == 0)
        {
            context.Response.StatusCode = 204;
            return;
        }
        var json = new ArrayBufferWriter<byte>();
        await using var writer = new Utf8JsonWriter(json, GoJsonEncoder.WriterOptions);
        writer.WriteStartObject();
        foreach (var (key, item) in items.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(key);
            AppNotifier.Write(writer, item);
        }
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted);
        json.Write("\n"u8);
        await context.WriteJsonAsync(json.WrittenMemory);
    }

    private static async Task SubscribeAsync(HttpContext context)
    {
        var sidecar = context.Sidecar();
        var store = context.Route("store");
        sidecar.Blocks.ConfigurationItems.Demand(store);
        var listener = sidecar.ConfigurationListener(store);
        var (id, _) = await sidecar.Blocks.ConfigurationItems.SubscribeAsync(
            store,
            RequestOf(context),
            listener,
            Task.CompletedTask,
            isStream: false,
            context.RequestAborted
        );
        await context.WriteJsonLineAsync(new { id });
    }

    private static async Task UnsubscribeAsync(HttpContext context)
    {
        var items = context.Sidecar().Blocks.ConfigurationItems;
        var component = items.Demand(context.Route("store"));
        var id = context.Route("id");
        if (await items.UnsubscribeAsync(component.Name, id))
        {
            await context.WriteJsonLineAsync(new { ok = true });
            return;
        }
        context.Response.StatusCode = 500;
        await context.WriteJsonLineAsync(
            new { message = ConfigurationErrors.UnsubscribeFailed(id, component.Store.UnknownSubscription(id)) }
        );
    }

    private static ConfigurationRequest RequestOf(HttpContext context) =>
        new([.. context.Request.Query["key"].OfType<string>()], context.Request.Metadata());
}
