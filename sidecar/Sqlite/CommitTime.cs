namespace Sidecar.Sqlite;

/// <summary>The time at which a job is committed.</summary>
internal enum CommitTime
{
    /// <summary>At once: a caller waits for it.</summary>
    Now,

    /// <summary>
    /// At once, but similar jobs may follow before a caller waits: it always goes to the writer's thread, to share a commit with them.
    /// </summary>
    Gathered,

    /// <summary>With the next commit, or after <see cref="SqliteWriter.MaxWait"/> with its own: no caller waits for it.</summary>
    Later,
}
