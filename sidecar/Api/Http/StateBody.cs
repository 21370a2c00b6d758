using System.Buffers;
using System.Text.Json;
using Sidecar.State;

namespace Sidecar.Api.Http;

/// <summary>Reads the JSON bodies of the state API; what is wrong leaves as ERR_MALFORMED_REQUEST.</summary>
internal static class StateBody
{
    public static IReadOnlyList<SaveRequest> Items(byte[] body, IReadOnlyDictionary<string, string> query)
    {
        using var json = Parse(body);
        if (json.RootElement.ValueKind == JsonValueKind.Null)
        {
            return [];
        }
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw DaprErrors.Malformed("expected an array of items, [{\"key\": \"…\", \"value\": …}]");
        }
        var items = new List<SaveRequest>(json.RootElement.GetArrayLength());
        foreach (var element in json.RootElement.EnumerateArray())
        {
            var item = Item(element, query);
            items.Add(item.Key.Length > 0 ? item : throw DaprErrors.StateKeyRequired());
        }
        return items;
    }

    public static IReadOnlyList<string> Keys(byte[] body)
    {
        using var json = Parse(body);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw DaprErrors.MalformedBody("expected an object with keys");
        }
        return Property(json.RootElement, "keys") is { ValueKind: JsonValueKind.Array } keys
            ? [.. keys.EnumerateArray().Select(key => key.ValueKind == JsonValueKind.String ? key.GetString()! : throw DaprErrors.MalformedBody("each of keys must be a text"))]
            : [];
    }

    public static (IReadOnlyList<TransactionOperation> Operations, IReadOnlyDictionary<string, string> Metadata) Transaction(byte[] body, IReadOnlyDictionary<string, string> query)
    {
        using var json = Parse(body);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw DaprErrors.MalformedBody("expected an object with operations");
        }
        var shared = Merge(Metadata(json.RootElement), query);
        var operations = new List<TransactionOperation>();
        if (Property(json.RootElement, "operations") is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var operation in list.EnumerateArray())
            {
                var kind = Text(operation, "operation") ?? "";
                var request = Property(operation, "request") ?? default;
                operations.Add(kind switch
                {
                    "upsert" => new TransactionOperation(Item(request, query), null),
                    "delete" => new TransactionOperation(null, Delete(request)),
                    _ => throw DaprErrors.StateOperationUnknown(kind),
                });
            }
        }
        return (operations, shared);
    }

    private static SaveRequest Item(JsonElement element, IReadOnlyDictionary<string, string> query)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw DaprErrors.Malformed("each item must be an object with key and value");
        }
        var options = Property(element, "options") ?? default;
        return new SaveRequest(
            Text(element, "key") ?? "",
            Compact(Property(element, "value")),
            Text(element, "etag"),
            Text(options, "concurrency"),
            Text(options, "consistency"),
            Merge(Metadata(element), query))
        { IsJson = true };
    }

    private static DeleteRequest Delete(JsonElement element)
    {
        var options = Property(element, "options") ?? default;
        return new DeleteRequest(Text(element, "key") ?? "", Text(element, "etag"), Text(options, "concurrency"), Text(options, "consistency"));
    }

    private static ReadOnlyMemory<byte> Compact(JsonElement? value)
    {
        if (value is not { } element)
        {
            return "null"u8.ToArray();
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            element.WriteTo(writer);
        }
        return buffer.WrittenMemory;
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            throw DaprErrors.MalformedBody(body.Length == 0 ? "EOF" : e.Message);
        }
    }

    private static JsonElement? Property(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        if (element.TryGetProperty(name, out var value))
        {
            return value;
        }
        // Go reads names without regard to case.
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }
        return null;
    }

    private static string? Text(JsonElement element, string name) => Property(element, name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw DaprErrors.Malformed($"\"{name}\" must be a text"),
    };

    private static Dictionary<string, string> Metadata(JsonElement element)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Property(element, "metadata") is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var item in given.EnumerateObject())
            {
                metadata[item.Name] = item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString()! : throw DaprErrors.Malformed($"metadata \"{item.Name}\" must be a text");
            }
        }
        return metadata;
    }

    private static Dictionary<string, string> Merge(Dictionary<string, string> own, IReadOnlyDictionary<string, string> query)
    {
        foreach (var (name, value) in query)
        {
            own[name] = value;
        }
        return own;
    }
}
