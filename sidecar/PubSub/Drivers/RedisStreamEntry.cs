using System.Globalization;
using System.Text.Json;
using Sidecar.PubSub.Events;
using StackExchange.Redis;

namespace Sidecar.PubSub.Drivers;

/// <summary>An entry of a stream as Redis answers it: its id, and a flat list of fields and values.</summary>
internal static class RedisStreamEntry
{
    /// <summary>Reads the entries from an answer of XREADGROUP for one stream, or of XCLAIM; trimmed entries are left out.</summary>
    public static IEnumerable<(string Id, BrokerMessage Message)> Read(string topic, RedisResult entries) =>
        entries.IsNull
            ? []
            : ((RedisResult[])entries!)
                .Where(entry => !entry.IsNull && !entry[1].IsNull)
                .Select(entry => ((string)entry[0]!, Message(topic, (string)entry[0]!, (RedisValue[])entry[1]!)));

    private static BrokerMessage Message(string topic, string id, RedisValue[] fields)
    {
        ReadOnlyMemory<byte> data = default;
        var metadata = BrokerMessage.NoMetadata;
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            if (fields[i] == "data")
            {
                data = fields[i + 1];
            }
            else if (fields[i] == "metadata")
            {
                metadata = Metadata(fields[i + 1]);
            }
        }
        return new BrokerMessage(topic, data, null, metadata) { OrderingKey = OrderingKeys.Of(data, metadata), Position = PositionOf(id) };
    }

    private static IReadOnlyDictionary<string, string> Metadata(ReadOnlyMemory<byte> json)
    {
        if (json.Span.SequenceEqual("{}"u8))
        {
            return BrokerMessage.EmptyMetadata;
        }
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json.Span) ?? BrokerMessage.NoMetadata;
        }
        catch (JsonException)
        {
            return BrokerMessage.NoMetadata; // another program's field of the same name; the data counts
        }
    }

    /// <summary>An id is a time in milliseconds and a number within it.</summary>
    private static long PositionOf(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return (long.Parse(id.AsSpan(0, dash), CultureInfo.InvariantCulture) << 20)
            + long.Parse(id.AsSpan(dash + 1), CultureInfo.InvariantCulture);
    }
}
