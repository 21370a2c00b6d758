using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Bodies that are the gRPC messages as JSON.</summary>
internal static class ProtoBody
{
    /// <summary>The message types that may be inside an <c>Any</c>.</summary>
    private static readonly TypeRegistry Known = TypeRegistry.FromFiles(
        StructReflection.Descriptor,
        WrappersReflection.Descriptor,
        DurationReflection.Descriptor,
        TimestampReflection.Descriptor,
        EmptyReflection.Descriptor
    );
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true).WithTypeRegistry(Known));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Known));
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static T Parse<T>(ReadOnlySpan<byte> body)
        where T : IMessage<T>, new()
    {
        if (body.Length == 0)
        {
            return new T();
        }
        if (GoProtoJson.Problem(body, new T().Descriptor) is { } problem)
        {
            throw DaprErrors.MalformedBody(problem);
        }
        try
        {
            return Parser.Parse<T>(Encoding.UTF8.GetString(body));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    /// <param name="json">The members, also those that are no field.</param>
    /// <param name="beside">A field that the body has beside those of the message; the caller reads it by itself.</param>
    /// <param name="apart">Fields of the message that the caller reads by itself.</param>
    public static T Parse<T>(ReadOnlySpan<byte> body, out JsonObject json, FieldDescriptor beside, params ReadOnlySpan<string> apart)
        where T : IMessage<T>, new()
    {
        if (body.Length > 0 && GoProtoJson.Problem(body, new T().Descriptor, beside) is { } problem)
        {
            throw DaprErrors.MalformedBody(problem);
        }
        try
        {
            json = body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject();
            var rest = json.DeepClone().AsObject();
            rest.Remove(beside.JsonName);
            foreach (var name in apart)
            {
                rest.Remove(name);
            }
            return Parse<T>(JsonSerializer.SerializeToUtf8Bytes(rest));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException) // a name twice, half of a character
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    public static Task WriteAsync(HttpContext context, IMessage message) => WriteAsync(context, Json(message));

    /// <summary>Without the blanks that the formatter puts between tokens.</summary>
    public static Task WriteAsync(HttpContext context, JsonObject json) =>
        context.WriteJsonAsync(JsonSerializer.SerializeToUtf8Bytes(json, Readable));

    /// <exception cref="DaprException">An <c>Any</c> in the message is of an unknown type or damaged, so it has no JSON.</exception>
    public static JsonObject Json(IMessage message)
    {
        try
        {
            return JsonNode.Parse(Formatter.Format(message))!.AsObject();
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidProtocolBufferException)
        {
            throw DaprErrors.NoJson(e.Message);
        }
    }

    /// <exception cref="DaprException">The type of <paramref name="any"/> is unknown, so it has no JSON; the text is Go's.</exception>
    public static void DemandKnown(Any any)
    {
        if (Known.Find(Any.GetTypeName(any.TypeUrl)) is null)
        {
            throw DaprErrors.NoJson($"proto: google.protobuf.Any: unable to resolve {GoFormat.Quote(any.TypeUrl)}: not found");
        }
    }
}
