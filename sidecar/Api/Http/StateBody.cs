using System.Text.Json;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.State;

namespace Sidecar.Api.Http;

/// <summary>Reads the JSON bodies of the state API; reports mistakes as ERR_MALFORMED_REQUEST.</summary>
internal static class StateBody
{
    private const string SetRequest = "SetRequest";
    private const string BulkGetRequest = "BulkGetRequest";
    private const string Operation = "stateTransactionRequestBodyOperation.operations";
    private const string OperationRequest = $"{Operation}.request";

    private static readonly GoField Options = new("Options", false, new GoField("Concurrency"), new GoField("Consistency"));
    private static readonly GoField Metadata = new("Metadata", IsMap: true);
    private static readonly GoField[] Upsert = [new("Key"), new("ETag"), new("ContentType"), Metadata, Options];
    private static readonly GoField[] Delete = [new("Key"), new("ETag"), Metadata, Options];

    private static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();

    public static IReadOnlyList<SaveRequest> Items(byte[] body, IReadOnlyDictionary<string, string> query)
    {
        try
        {
            using var json = GoJsonBody.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Null)
            {
                return [];
            }
            var items = GoJsonBody
                .Expect(json.RootElement, JsonValueKind.Array, "[]state.SetRequest")
                .EnumerateArray()
                .Select(element => Item(element, query, $"{SetRequest}.value"))
                .ToList();
            return items.All(item => item.Key.Length > 0) ? items : throw StateErrors.KeyRequired();
        }
        catch (FormatException e)
        {
            throw DaprErrors.Malformed(e.Message);
        }
    }

    public static IReadOnlyList<string> Keys(byte[] body)
    {
        try
        {
            using var json = GoJsonBody.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Null)
            {
                return [];
            }
            var request = GoJsonBody.Expect(json.RootElement, JsonValueKind.Object, "http.BulkGetRequest");
            GoJsonBody.Texts(request, BulkGetRequest, "metadata");
            GoJsonBody.CheckInt(request, BulkGetRequest, "parallelism");
            return GoJsonBody.Property(request, "keys") switch
            {
                null or { ValueKind: JsonValueKind.Null } => [],
                { ValueKind: JsonValueKind.Array } keys => [.. keys.EnumerateArray().Select(Key)],
                { } other => throw GoJsonBody.Mismatch(other, $"{BulkGetRequest}.keys", "[]string"),
            };
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    /// <summary>
    /// Metadata of the whole request is accepted and, as in daprd, changes nothing about the operations; that of the query does.
    /// </summary>
    public static IReadOnlyList<TransactionOperation> Transaction(byte[] body, IReadOnlyDictionary<string, string> query)
    {
        try
        {
            using var json = GoJsonBody.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Null)
            {
                return [];
            }
            var request = GoJsonBody.Expect(json.RootElement, JsonValueKind.Object, "http.stateTransactionRequestBody");
            GoJsonBody.Texts(request, "stateTransactionRequestBody", "metadata");
            return GoJsonBody.Property(request, "operations") switch
            {
                null or { ValueKind: JsonValueKind.Null } => [],
                { ValueKind: JsonValueKind.Array } list => [.. Operations(list).Select(operation => Mapped(operation, query))],
                { } other => throw GoJsonBody.Mismatch(
                    other,
                    "stateTransactionRequestBody.operations",
                    "[]http.stateTransactionRequestBodyOperation"
                ),
            };
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    /// <summary>Reads all operations as JSON, before the first one is mapped.</summary>
    private static List<(string Name, JsonElement Request)> Operations(JsonElement list)
    {
        var operations = new List<(string, JsonElement)>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                throw GoJsonBody.Mismatch(element, "stateTransactionRequestBody.operations", "http.stateTransactionRequestBodyOperation");
            }
            operations.Add((GoJsonBody.Text(element, Operation, "operation") ?? "", GoJsonBody.Property(element, "request") ?? default));
        }
        return operations;
    }

    private static TransactionOperation Mapped((string Name, JsonElement Request) operation, IReadOnlyDictionary<string, string> query)
    {
        switch (operation.Name)
        {
            case "upsert":
                Check(operation.Request, Upsert);
                return new TransactionOperation(Item(operation.Request, query, OperationRequest), null);
            case "delete":
                Check(operation.Request, Delete);
                return new TransactionOperation(null, DeleteOf(operation.Request));
            default:
                throw StateErrors.OperationUnknown(operation.Name);
        }
    }

    private static void Check(JsonElement request, GoField[] fields)
    {
        if (GoMap.Problem(request, fields) is { } problem)
        {
            GoJson.Encode(request, OperationRequest); // a number too large for a double is a mistake of the body, found earlier
            throw new FormatException(problem);
        }
    }

    private static string Key(JsonElement key) =>
        key.ValueKind switch
        {
            JsonValueKind.String => key.GetString()!,
            JsonValueKind.Null => "",
            _ => throw GoJsonBody.Mismatch(key, $"{BulkGetRequest}.keys", "string"),
        };

    /// <param name="valueField">Go's name of the field that holds the value.</param>
    private static SaveRequest Item(JsonElement element, IReadOnlyDictionary<string, string> query, string valueField)
    {
        if (element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
        {
            GoJsonBody.Expect(element, JsonValueKind.Object, "state.SetRequest");
        }
        var options = GoJsonBody.Struct(element, SetRequest, "options", "state.SetStateOption");
        var metadata = GoJsonBody.Texts(element, SetRequest, "metadata");
        foreach (var (name, value) in query)
        {
            metadata[name] = value;
        }
        return new SaveRequest(
            GoJsonBody.Text(element, SetRequest, "key") ?? "",
            GoJsonBody.Property(element, "value") is { } given ? GoJson.Encode(given, valueField) : Null,
            GoJsonBody.Text(element, SetRequest, "etag"),
            GoJsonBody.Text(options, "SetStateOption.options", "Concurrency"),
            GoJsonBody.Text(options, "SetStateOption.options", "Consistency"),
            metadata
        )
        {
            IsJson = true,
            ContentType = GoJsonBody.Text(element, SetRequest, "contentType"),
        };
    }

    private static DeleteRequest DeleteOf(JsonElement element)
    {
        var options = GoJsonBody.Property(element, "options") ?? default;
        return new DeleteRequest(
            GoJsonBody.Text(element, "DeleteRequest", "key") ?? "",
            GoJsonBody.Text(element, "DeleteRequest", "etag"),
            GoJsonBody.Text(options, "DeleteStateOption", "concurrency"),
            GoJsonBody.Text(options, "DeleteStateOption", "consistency")
        );
    }
}
