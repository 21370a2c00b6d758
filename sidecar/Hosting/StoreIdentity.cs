using System.Security.Cryptography;
using System.Text;
using Sidecar.Resources;
using Sidecar.Sqlite;

namespace Sidecar.Hosting;

/// <summary>
/// Tells whether two sidecars mean the same store: their components say the same. Two systems on one machine with the same app ids but stores of
/// their own must never share actors.
/// </summary>
internal static class StoreIdentity
{
    /// <summary>Null for a store that no other process can reach.</summary>
    public static string? Of(Component store, string baseDirectory)
    {
        var isFile = store.Type == "state.sqlite";
        var metadata = store.Metadata.OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase).Select(item =>
        {
            var value = item.Value ?? item.EnvRef ?? $"{item.SecretKeyRef?.Name}/{item.SecretKeyRef?.Key}";
            return (item.Name, Value: isFile && item.Name.Equals("connectionString", StringComparison.OrdinalIgnoreCase) ? SqlitePath.Of(value, path => Path.GetFullPath(path, baseDirectory)) : value);
        }).ToList();
        return store.Type == "state.in-memory" || metadata.Any(item => item.Value == SqlitePath.InMemory) ? null
            : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{store.Type}\n{string.Join('\n', metadata.Select(item => $"{item.Name}={item.Value}"))}")).AsSpan(0, 12));
    }
}
