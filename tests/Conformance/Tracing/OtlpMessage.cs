using Google.Protobuf;

namespace Conformance.Tracing;

/// <summary>Reads the fields of an OTLP export request that tests look at, by their numbers in OpenTelemetry's protocol.</summary>
internal static class OtlpMessage
{
    private const ulong ErrorStatus = 2;

    private static readonly string[] Kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];

    public static IEnumerable<CollectedSpan> Spans(ReadOnlyMemory<byte> request)
    {
        foreach (var resourceSpans in Messages(request, 1))
        {
            var resource = Messages(resourceSpans, 1).SelectMany(message => Attributes(message, 1)).ToDictionary();
            foreach (var span in Messages(resourceSpans, 2).SelectMany(scope => Messages(scope, 2)))
            {
                var tags = Attributes(span, 9).ToDictionary();
                foreach (var (name, value) in resource)
                {
                    tags["resource/" + name] = value;
                }
                foreach (var status in Messages(span, 15).Where(status => Number(status, 3) == ErrorStatus))
                {
                    tags["error"] = Text(status, 2);
                }
                string Hex(int field) => Convert.ToHexStringLower(Messages(span, field).FirstOrDefault().Span);
                yield return new CollectedSpan(
                    resource.GetValueOrDefault("service.name", ""),
                    Hex(1),
                    Hex(2),
                    Hex(4),
                    Text(span, 5),
                    Kinds[(int)Number(span, 6)],
                    tags
                );
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Attributes(ReadOnlyMemory<byte> message, int field) =>
        Messages(message, field)
            .Select(pair => KeyValuePair.Create(Text(pair, 1), Messages(pair, 2).Select(value => Text(value, 1)).FirstOrDefault() ?? ""));

    private static string Text(ReadOnlyMemory<byte> message, int field) =>
        System.Text.Encoding.UTF8.GetString(Messages(message, field).FirstOrDefault().Span);

    /// <summary>A field of numbers or of a closed set; 0 if it is absent.</summary>
    private static ulong Number(ReadOnlyMemory<byte> message, int field)
    {
        var input = new CodedInputStream(message.ToArray());
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint)
            {
                return input.ReadUInt64();
            }
            input.SkipLastField();
        }
        return 0;
    }

    /// <summary>All length-delimited fields with this number.</summary>
    private static List<ReadOnlyMemory<byte>> Messages(ReadOnlyMemory<byte> message, int field)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        var input = new CodedInputStream(message.ToArray());
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found.Add(input.ReadBytes().Memory);
            }
            else
            {
                input.SkipLastField();
            }
        }
        return found;
    }
}
