using Google.Protobuf;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Storage;

/// <summary>
/// Stored format: a HistoryEvent, followed by one field of ours that readers of HistoryEvent skip. It names the target execution, so that
/// an event that outlived its execution (continue-as-new, reuse of an id) is detected.
/// </summary>
internal static class InboxValue
{
    private const int ForExecutionField = 1000;
    private static readonly uint Tag = WireFormat.MakeTag(ForExecutionField, WireFormat.WireType.LengthDelimited);

    public static byte[] ToBytes(HistoryEvent @event, string? forExecution)
    {
        if (string.IsNullOrEmpty(forExecution))
        {
            return @event.ToByteArray();
        }

        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            @event.WriteTo(output);
            output.WriteTag(Tag);
            output.WriteString(forExecution);
        }

        return buffer.ToArray();
    }

    public static (HistoryEvent Event, string? ForExecution) Parse(ReadOnlyMemory<byte> bytes)
    {
        var @event = HistoryEvent.Parser.ParseFrom(bytes.Span);
        using var input = new CodedInputStream(bytes.ToArray());
        string? execution = null;
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == Tag)
            {
                execution = input.ReadString();
            }
            else
            {
                input.SkipLastField();
            }
        }

        return (@event, execution);
    }
}
