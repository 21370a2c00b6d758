using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Name-based ids (RFC 9562 version 5). Namespace, names and formats are the official SDK's and stored format:
/// an instance started by one SDK must get the same ids when another one goes on with it.
/// </summary>
internal sealed class DeterministicGuids
{
    private static readonly Guid SeedNamespace = new("6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f");

    private readonly string _instanceId;
    private readonly Guid _namespace;
    private int _next;

    internal DeterministicGuids(string instanceId, string? executionId)
    {
        _instanceId = instanceId;
        var seed = string.IsNullOrWhiteSpace(executionId) ? instanceId : executionId;
        _namespace = Guid.TryParse(seed, out var parsed) ? parsed : FromName(SeedNamespace, seed);
    }

    internal Guid Next() => FromName(_namespace, $"{_instanceId}_{_next++}");

    /// <summary>Identifies one scheduled activity; the activity sees it as its task execution key.</summary>
    internal string TaskExecutionId(int eventId, string activity) =>
        FromName(_namespace, $"{_instanceId}|activity|{eventId}|{activity}").ToString("N");

    private static Guid FromName(Guid space, string name)
    {
        var length = 16 + Encoding.UTF8.GetMaxByteCount(name.Length);
        Span<byte> input = length <= 512 ? stackalloc byte[length] : new byte[length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        var used = 16 + Encoding.UTF8.GetBytes(name, input[16..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input[..used], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
