using Google.Protobuf;

namespace Sidecar.Workflows.Storage;

/// <summary>
/// Stored format: protobuf, fields 1 to 3 as the Dapr runtime's BackendWorkflowStateMetadata. Every step writes it under its ETag, which
/// excludes a second writer of the same instance.
/// </summary>
internal sealed record InstanceMetadata(int InboxLength, int HistoryLength, ulong Generation)
{
    private const uint InboxLengthTag = 1 << 3;
    private const uint HistoryLengthTag = 2 << 3;
    private const uint GenerationTag = 3 << 3;

    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream(16);
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            Write(output, InboxLengthTag, (ulong)InboxLength);
            Write(output, HistoryLengthTag, (ulong)HistoryLength);
            Write(output, GenerationTag, Generation);
        }

        return buffer.ToArray();
    }

    public static InstanceMetadata Parse(ReadOnlyMemory<byte> bytes)
    {
        using var input = new CodedInputStream(bytes.ToArray());
        ulong inbox = 0,
            history = 0,
            generation = 1;
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag)
            {
                case InboxLengthTag:
                    inbox = input.ReadUInt64();
                    break;
                case HistoryLengthTag:
                    history = input.ReadUInt64();
                    break;
                case GenerationTag:
                    generation = input.ReadUInt64();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return new((int)inbox, (int)history, generation);
    }

    private static void Write(CodedOutputStream output, uint tag, ulong value)
    {
        if (value == 0)
        {
            return;
        }

        output.WriteTag(tag);
        output.WriteUInt64(value);
    }
}
