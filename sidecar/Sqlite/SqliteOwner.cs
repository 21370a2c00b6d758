using System.Collections.Concurrent;
using Sidecar.Files;

namespace Sidecar.Sqlite;

/// <summary>
/// A lock on <c>&lt;database&gt;.owner</c>, by which one process has a SQLite file for itself. The operating system releases it when the
/// process exits.
/// </summary>
internal sealed class SqliteOwner : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> Owned = new(StringComparer.Ordinal); // by this process

    private readonly Action release;

    private SqliteOwner(Action release) => this.release = release;

    /// <summary>
    /// Owns the database <paramref name="path"/> until disposal, and creates its folder. Call it once per process and path.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another process owns it, or keeps it from being owned.</exception>
    public static SqliteOwner Own(string path, string refusal)
    {
        OwnerOnly.CreateFolder(Path.GetDirectoryName(path)!);
        var file = Lock(path, FileAccess.ReadWrite, FileShare.None, refusal);
        Owned[path] = true;
        return new SqliteOwner(() =>
        {
            Owned.TryRemove(path, out _);
            file.Dispose();
        });
    }

    /// <summary>Keeps all other processes from owning the database until disposal. Several processes may do this at once.</summary>
    /// <exception cref="InvalidOperationException">Another process owns it.</exception>
    public static SqliteOwner Exclude(string path, string refusal) =>
        new(Owned.ContainsKey(path) ? static () => { } : Lock(path, FileAccess.Read, FileShare.Read, refusal).Dispose);

    public void Dispose() => release();

    private static FileStream Lock(string path, FileAccess access, FileShare share, string refusal)
    {
        try
        {
            return OwnerOnly.Lock(path + ".owner", access, share);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException(refusal, e);
        }
    }
}
