using Microsoft.Data.Sqlite;

namespace Sidecar.Sqlite;

/// <summary>
/// Group commit: one thread takes all jobs that have arrived during the last commit, and commits them together. Under load tens of jobs
/// share the cost of a commit. An idle writer lets the caller commit its own job, because two thread switches would take as long again.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(50);

    private readonly SqliteSession session;
    private readonly string name;
    private readonly Thread thread;
    private readonly ITimer patience;

    /// <summary>
    /// Guards the fields below; the thread waits on it. Unlike the slim primitives a monitor does not spin first, which on few cores takes
    /// CPU from the running threads.
    /// </summary>
    private readonly object gate = new();
    private List<SqliteJob> waiting = []; // guarded by gate
    private readonly List<SqliteJob> unhurried = []; // guarded by gate
    private bool patient; // guarded by gate: the timer runs
    private bool busy; // guarded by gate: a thread is committing and has exclusive use of the session
    private bool closed; // guarded by gate
    private readonly List<SqliteJob> alone = []; // of the thread that has set busy

    public SqliteWriter(SqliteSession session, string name)
    {
        (this.session, this.name) = (session, name);
        patience = TimeProvider.System.CreateTimer(_ => Hurry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        thread = new Thread(Run) { IsBackground = true, Name = $"sqlite {name}" };
        thread.Start();
    }

    public Task<T> EnqueueAsync<T>(Func<SqliteSession, T> work, bool undoable, CommitTime time)
    {
        var job = new SqliteJob<T>(work) { Undoable = undoable };
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            if (time == CommitTime.Later)
            {
                unhurried.Add(job);
                if (!patient)
                {
                    patient = patience.Change(MaxWait, Timeout.InfiniteTimeSpan);
                }
                return job.Task;
            }
            if (time == CommitTime.Gathered || busy || waiting.Count > 0)
            {
                waiting.Add(job);
                if (waiting.Count == 1 && !busy)
                {
                    Monitor.Pulse(gate); // otherwise the committing thread does
                }
                return job.Task;
            }
            TakeUnhurried(alone);
            busy = true;
        }
        try
        {
            alone.Add(job);
            Commit(alone);
        }
        finally
        {
            alone.Clear();
            Leave();
        }
        return job.Task;
    }

    /// <summary>Completes when all that was taken before is committed.</summary>
    public Task FlushAsync()
    {
        lock (gate)
        {
            if (!busy && waiting.Count == 0 && unhurried.Count == 0)
            {
                return Task.CompletedTask;
            }
        }
        return EnqueueAsync(static _ => 0, undoable: false, CommitTime.Now);
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }
            closed = true;
            Monitor.Pulse(gate);
        }
        thread.Join(); // which waits for the committing thread
        patience.Dispose();
        session.Dispose();
    }

    private void Run()
    {
        var batch = new List<SqliteJob>();
        while (true)
        {
            bool last;
            lock (gate)
            {
                while (busy || (waiting.Count == 0 && !closed))
                {
                    Monitor.Wait(gate);
                }
                (batch, waiting) = (waiting, batch);
                TakeUnhurried(batch);
                last = closed;
                busy = true;
            }
            if (batch.Count > 0)
            {
                Commit(batch);
                batch.Clear();
            }
            Leave();
            if (last)
            {
                return;
            }
        }
    }

    private void Hurry()
    {
        lock (gate)
        {
            patient = false;
            TakeUnhurried(waiting);
            if (waiting.Count > 0 && !busy)
            {
                Monitor.Pulse(gate);
            }
        }
    }

    private void TakeUnhurried(List<SqliteJob> batch)
    {
        batch.AddRange(unhurried);
        unhurried.Clear();
    }

    private void Leave()
    {
        lock (gate)
        {
            busy = false;
            if (waiting.Count > 0 || closed)
            {
                Monitor.Pulse(gate);
            }
        }
    }

    private void Commit(List<SqliteJob> batch)
    {
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            if (batch is [var only])
            {
                session.Execute(only.Run(session) || !only.Undoable ? "COMMIT" : "ROLLBACK"); // no neighbours to keep from harm
            }
            else
            {
                foreach (var job in batch)
                {
                    RunGuarded(job);
                }
                session.Execute("COMMIT");
            }
        }
        catch (Exception failure)
        {
            // After any exception callers must get it, and the thread must continue.
            Rollback();
            // the cause of the transaction's end
            var cause = batch.Select(job => job.Failure).OfType<SqliteException>().FirstOrDefault() ?? failure;
            foreach (var job in batch)
            {
                job.Fail(cause, Translate);
            }
            return;
        }
        foreach (var job in batch)
        {
            job.Complete(Translate);
        }
    }

    private void RunGuarded(SqliteJob job)
    {
        if (!job.Undoable)
        {
            DemandTransaction(job.Run(session));
            return;
        }
        session.Execute("SAVEPOINT job");
        if (job.Run(session))
        {
            session.Execute("RELEASE job");
        }
        else
        {
            DemandTransaction(succeeded: false);
            session.Execute("ROLLBACK TO job");
            session.Execute("RELEASE job");
        }
    }

    /// <summary>
    /// A transaction that SQLite itself has ended undoes the writes before it in the batch, and the writes after it would be committed one
    /// by one.
    /// </summary>
    private void DemandTransaction(bool succeeded)
    {
        if (!succeeded && !session.InTransaction)
        {
            throw new InvalidOperationException($"{name}: the transaction was rolled back by a statement that failed in it");
        }
    }

    private Exception Translate(Exception failure) => failure is SqliteException e ? SqliteFileException.Of(e, name) : failure;

    private void Rollback()
    {
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            // The failed statement has already ended the transaction; there is nothing left to roll back.
        }
    }
}
