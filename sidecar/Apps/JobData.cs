using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Apps;

/// <summary>
/// A job's data as the body of a request: JSON if it was sent as JSON, otherwise the bytes, without white space around them (as in daprd).
/// </summary>
internal static class JobData
{
    public static ReadOnlyMemory<byte> Body(Any? data)
    {
        if (data is null)
        {
            return default;
        }
        if (!data.Is(Value.Descriptor))
        {
            return data.Value.Memory.Trim(" \t\n\v\f\r"u8);
        }
        var value = data.Unpack<Value>();
        return value.KindCase == Value.KindOneofCase.None
            ? default
            : JsonSerializer.SerializeToUtf8Bytes(JsonNode.Parse(JsonFormatter.Default.Format(value)));
    }
}
