using System.Text.Json;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.State;

namespace Sidecar.Api.Http;

/// <summary>Reads the JSON bodies of the state API; reports mistakes as ERR_MALFORMED_REQUEST.</summary>
internal static class StateBody
{
    private const string SetRequest = "SetRequest";
    private const string OperationRequest = "stateTransactionRequestBodyOperation.operations.request";

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
            if (GoJsonBody.Property(request, "parallelism") is { ValueKind: not (JsonValueKind.Number or JsonValueKind.Null) } parallelism)
            {
                throw new FormatException(
                    $"json: cannot unmarshal {GoJsonBody.Kind(parallelism)} into Go struct field BulkGetRequest.parallelism of type int"
                );
            }
            return GoJsonBody.Property(request, "keys") switch
            {
                null or { ValueKind: JsonValueKind.Null } => [],
                { ValueKind: JsonValueKind.Array } keys => [.. keys.EnumerateArray().Select(Key)],
                { } other => throw new FormatException(
                    $"json: cannot unmarshal {GoJsonBody.Kind(other)} into Go struct field BulkGetRequest.keys of type []string"
                ),
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
                { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(operation => Operation(operation, query))],
                { } other => throw new FormatException(
                    $"json: cannot unmarshal {GoJsonBody.Kind(other)} into Go struct field "
                        + "stateTransactionRequestBody.operations of type []http.stateTransactionRequestBodyOperation"
                ),
            };
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    private static TransactionOperation Operation(JsonElement operation, IReadOnlyDictionary<string, string> query)
    {
        var request = GoJsonBody.Property(operation, "request") ?? default;
        if (MapProblem(request) is { } problem)
        {
            throw new FormatException(problem);
        }
        return (GoJsonBody.Text(operation, "stateTransactionRequestBodyOperation", "operation") ?? "") switch
        {
            "upsert" => new TransactionOperation(Item(request, query, OperationRequest), null),
            "delete" => new TransactionOperation(null, Delete(request)),
            var other => throw StateErrors.OperationUnknown(other),
        };
    }

    /// <summary>
    /// daprd reads the request of an operation by another library than bodies, whose errors have their own form. Checks what is no object,
    /// and texts.
    /// </summary>
    private static string? MapProblem(JsonElement request) =>
        request.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.Object => ((string[])["Key", "ETag"])
                .Select(name => (name, value: GoJsonBody.Property(request, name)))
                .Where(field => field.value is { ValueKind: not (JsonValueKind.String or JsonValueKind.Null) })
                .Select(field =>
                {
                    GoJson.Encode(field.value!.Value, OperationRequest); // numbers first
                    return $"1 error(s) decoding:\n\n* '{field.name}' expected type 'string', got unconvertible type "
                        + $"'{GoFormat.TypeOf(field.value!.Value)}', value: '{GoFormat.Print(field.value.Value)}'";
                })
                .FirstOrDefault(),
            JsonValueKind.Array => "'' expected a map, got 'slice'",
            _ => $"'' expected a map, got '{GoFormat.TypeOf(request)}'",
        };

    private static string Key(JsonElement key) =>
        key.ValueKind switch
        {
            JsonValueKind.String => key.GetString()!,
            JsonValueKind.Null => "",
            _ => throw new FormatException(
                $"json: cannot unmarshal {GoJsonBody.Kind(key)} into Go struct field BulkGetRequest.keys of type string"
            ),
        };

    /// <param name="valueField">Go's name of the field that holds the value.</param>
    private static SaveRequest Item(JsonElement element, IReadOnlyDictionary<string, string> query, string valueField)
    {
        if (element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
        {
            GoJsonBody.Expect(element, JsonValueKind.Object, "state.SetRequest");
        }
        var options = GoJsonBody.Property(element, "options") ?? default;
        var metadata = GoJsonBody.Texts(element, SetRequest, "metadata");
        foreach (var (name, value) in query)
        {
            metadata[name] = value;
        }
        return new SaveRequest(
            GoJsonBody.Text(element, SetRequest, "key") ?? "",
            GoJsonBody.Property(element, "value") is { } given ? GoJson.Encode(given, valueField) : Null,
            GoJsonBody.Text(element, SetRequest, "etag"),
            GoJsonBody.Text(options, "SetStateOption", "concurrency"),
            GoJsonBody.Text(options, "SetStateOption", "consistency"),
            metadata
        )
        {
            IsJson = true,
            ContentType = GoJsonBody.Text(element, SetRequest, "contentType"),
        };
    }

    private static DeleteRequest Delete(JsonElement element)
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
