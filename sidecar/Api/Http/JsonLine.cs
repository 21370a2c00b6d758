using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecar.Go;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>Answers that daprd writes by Go's JSON encoder: markup is escaped, and a line end follows.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        Encoder = GoJsonEncoder.Instance,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Members in their order, as Go encodes a struct.</summary>
    public static Task WriteJsonLineAsync<T>(this HttpContext context, T value) =>
        WriteAsync(context, JsonSerializer.Serialize(value, Readable));

    /// <summary>Members by name, as Go encodes a map.</summary>
    public static Task WriteSortedJsonLineAsync<T>(this HttpContext context, T map) =>
        WriteAsync(context, Encoding.UTF8.GetString(GoJson.Encode(JsonSerializer.SerializeToElement(map)).Span));

    private static Task WriteAsync(HttpContext context, string json) => context.WriteJsonAsync(Encoding.UTF8.GetBytes(json + '\n'));
}
