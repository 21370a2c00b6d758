namespace Sidecar.Sqlite;

/// <summary>Work on a session that shares a commit with other work, and the caller that waits for its result.</summary>
internal abstract class SqliteJob
{
    public Exception? Failure { get; protected set; }

    /// <summary>True if a failure may leave changes of several statements to roll back.</summary>
    public required bool Undoable { get; init; }

    /// <summary>False: it failed and its changes must be undone. The task is not completed before the commit.</summary>
    public abstract bool Run(SqliteSession session);

    public abstract void Complete(Func<Exception, Exception> translate);

    public abstract void Fail(Exception failure, Func<Exception, Exception> translate);
}

/// <inheritdoc/>
internal sealed class SqliteJob<T>(Func<SqliteSession, T> work) : SqliteJob
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Task => completion.Task;

    public override bool Run(SqliteSession session)
    {
        try
        {
            result = work(session);
            return true;
        }
        catch (Exception e)
        {
            Failure = e; // passed to the caller by Complete
            return false;
        }
    }

    public override void Complete(Func<Exception, Exception> translate)
    {
        if (Failure is null)
        {
            completion.SetResult(result!);
        }
        else
        {
            completion.SetException(translate(Failure));
        }
    }

    public override void Fail(Exception e, Func<Exception, Exception> translate) => completion.SetException(translate(Failure ?? e));
}
