using System.Text.Json;
using Sidecar.Actors;
using Sidecar.Failures;
using Sidecar.Go;

namespace Sidecar.Api.Http;

/// <summary>An operation of an actor's state transaction as it was sent, with the value of its request encoded.</summary>
internal sealed record ActorStateOperation(string Name, JsonElement Request, ReadOnlyMemory<byte> Value);

/// <summary>
/// Reads the JSON body of an actor's state transaction in daprd's two steps: a mistake of the body is ERR_MALFORMED_REQUEST, one of an
/// operation ERR_ACTOR_STATE_TRANSACTION_SAVE.
/// </summary>
internal static class ActorStateBody
{
    private const string Operation = "TransactionalOperation";

    private static readonly GoField[] Upsert = [new("Key"), new("ETag"), new("Metadata", IsMap: true)];
    private static readonly GoField[] Delete = [new("Key"), new("ETag")];

    public static IReadOnlyList<ActorStateOperation> Operations(byte[] body)
    {
        try
        {
            using var json = GoJsonBody.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Null
                ? []
                : [.. GoJsonBody.Expect(json.RootElement, JsonValueKind.Array, $"[]api.{Operation}").EnumerateArray().Select(Read)];
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    /// <exception cref="DaprException">The operation is incomplete or wrong.</exception>
    public static ActorStateWrite Write(ActorStateOperation operation)
    {
        var request = operation.Request;
        if (request.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            throw ActorErrors.StateSave("request data is empty");
        }
        var fields = operation.Name switch
        {
            "upsert" => Upsert,
            "delete" => Delete,
            "" => throw ActorErrors.StateSave("operation is empty"),
            var other => throw ActorErrors.StateSave($"operation type {other} not supported"),
        };
        if (GoMap.Problem(request, fields) is { } problem)
        {
            throw ActorErrors.StateSave(problem);
        }
        var key = GoJsonBody.Text(request, Operation, "key") ?? "";
        var etag = GoJsonBody.Text(request, Operation, "etag") is { Length: > 0 } given ? given : null;
        return fields == Upsert
            ? new ActorStateWrite(key, operation.Value, GoJsonBody.Texts(request, Operation, "metadata"), etag)
            : new ActorStateWrite(key, null, new Dictionary<string, string>(), etag);
    }

    private static ActorStateOperation Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Null)
        {
            GoJsonBody.Expect(element, JsonValueKind.Object, $"api.{Operation}");
        }
        if (GoJsonBody.Property(element, "operation") is { ValueKind: not (JsonValueKind.Null or JsonValueKind.String) } name)
        {
            throw GoJsonBody.Mismatch(name, $"{Operation}.operation", "api.OperationType");
        }
        var request = GoJsonBody.Property(element, "request") ?? default;
        return new ActorStateOperation(
            GoJsonBody.Text(element, Operation, "operation") ?? "",
            request.ValueKind == JsonValueKind.Undefined ? request : request.Clone(),
            GoJsonBody.Property(request, "value") is { } value ? GoJson.Encode(value, $"{Operation}.request") : "null"u8.ToArray()
        );
    }
}
