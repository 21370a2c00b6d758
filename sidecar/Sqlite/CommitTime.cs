namespace Sidecar.Sqlite;

/// <summary>When a job is committed.</summary>
internal enum CommitTime
{
    /// <summary>At once: somebody waits for it.</summary>
    Now,

    /// <summary>
    /// At once, but others of its kind may follow before anybody waits: it always goes to the writer's thread, to share a commit with them.
    /// </summary>
    Gathered,

    /// <summary>
    /// With the next commit of others, or after <see cref="SqliteWriter.Patience"/> with one of its own: nobody waits for it.
    /// </summary>
    Later,
}
